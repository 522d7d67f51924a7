mod at;

#[test]
fn t() {}
