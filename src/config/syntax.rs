//! What the reader of TOML says of a line that it can't read, in words for somebody who never heard of TOML.

/// `said`: its own words; `line`: the line they are about. What there are no better words for stays as it is.
pub(super) fn in_words(said: &str, line: &str) -> String {
    let better = if said.contains("string values must be quoted") {
        "text stands in quotes, as in company = \"Hill Country Plumbing\""
    } else if said.starts_with("key with no value") && line.contains(':') {
        "between a key and its value stands =, not a colon"
    } else if said.starts_with("key with no value") {
        "a line is key = value, and there is no = in this one"
    } else if said.starts_with("invalid basic string, expected `\"`") {
        "the quote at the end is missing"
    } else if said.starts_with("invalid basic string, expected non-double-quote") {
        "there is a control character in the text: write the line anew"
    } else if said.starts_with("unexpected key or value, expected newline") {
        "more follows after the value: each key has a line of its own"
    } else if said == "duplicate key" {
        "it was there before: each key, and each [section], stands once"
    } else {
        said
    };
    better.to_owned()
}
