#[test]
fn t() {}
mod modem;
