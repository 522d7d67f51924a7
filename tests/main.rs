mod peers;
mod sim;
