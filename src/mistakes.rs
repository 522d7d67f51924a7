//! What is wrong in a file that a person wrote, the configuration or a language: by line and key, in words that say what is
//! allowed.

/// Something wrong, or worth knowing, in the file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mistake {
    /// Line in the file, from 1; 0 if it concerns the whole file.
    pub line: usize,
    /// The key with its table: `text_back.delay`. Empty if it concerns the whole file.
    pub key: String,
    /// What is wrong, and what is allowed.
    pub what: String,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.line, self.key.as_str()) {
            (0, "") => write!(f, "{}", self.what),
            (0, key) => write!(f, "{key}: {}", self.what),
            (line, "") => write!(f, "line {line}: {}", self.what),
            (line, key) => write!(f, "line {line}: {key}: {}", self.what),
        }
    }
}

/// Most mistakes that are listed; a file that is no configuration at all would fill a screen.
pub const MISTAKES_MAX: usize = 100;

/// What was found so far.
pub(crate) struct Findings<'t> {
    text: &'t str,
    pub(crate) mistakes: Vec<Mistake>,
    pub(crate) warnings: Vec<Mistake>,
}

impl<'t> Findings<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Findings {
            text,
            mistakes: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub(crate) fn line(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        before.iter().filter(|b| **b == b'\n').count() + 1
    }

    pub(crate) fn mistake(&mut self, line: usize, key: &str, what: String) {
        if self.mistakes.len() < MISTAKES_MAX {
            self.mistakes.push(Mistake {
                line,
                key: key.to_owned(),
                what,
            });
        }
    }

    pub(crate) fn warn(&mut self, line: usize, key: &str, what: String) {
        if self.warnings.len() < MISTAKES_MAX {
            self.warnings.push(Mistake {
                line,
                key: key.to_owned(),
                what,
            });
        }
    }
}
