//! Recordings that `textback replay` is given: anybody's files.

use textback::at::trace;

/// Laws: a line that reads renders, and reads back the same; an error names a place inside the line.
pub fn transcript(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    for line in text.lines() {
        if let Ok(Some(chunk)) = trace::parse(line) {
            assert!(chunk.octets.len() <= line.len());
            let rendered = trace::render(chunk.direction, &chunk.octets);
            assert!(rendered.is_ascii());
            assert_eq!(trace::parse(&rendered), Ok(Some(chunk)));
        }
    }
}
