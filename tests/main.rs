mod at;

#[test]
fn t() {}
mod modem;
