//! The configuration file, as an installer with a text editor writes it.

use textback::config::{Config, MISTAKES_MAX};
use textback::desk::Desk;

/// Laws: it is either a configuration or a bounded list of mistakes that stand on lines that exist, each one line of
/// words; a configuration makes a desk; Windows line ends and a byte order mark change nothing.
pub fn config(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let result = Config::parse(&text);
    match &result {
        Ok(config) => {
            let _ = Desk::new(config);
            assert!(!config.company.trim().is_empty());
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty() && mistakes.len() <= MISTAKES_MAX);
            let lines = text.replace("\r\n", "\n").replace('\r', "\n").split('\n').count();
            for mistake in mistakes {
                assert!(mistake.line <= lines, "{mistake}: there are {lines} lines");
                assert!(!mistake.to_string().is_empty());
            }
        }
    }
    if !text.contains('\r') {
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(Config::parse(&windows).is_ok(), result.is_ok(), "line ends matter");
    }
}
