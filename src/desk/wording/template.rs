//! Texts with blanks: `{company}`, `{owner}`, `{name}`, `{open}`, `{phone}`.
//!
//! Values put in are never looked at again for blanks: a caller who is named `{owner}` stays that.

use crate::sms;
use thiserror::Error;

/// Longest template, in characters: a text of more than six parts is no text-back.
pub const TEMPLATE_CHARACTERS_MAX: usize = 918;

/// Most parts of any text we send; what is longer is a mistake, not a text.
pub const PARTS_MAX: u8 = 10;

/// A blank in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variable {
    Company,
    Owner,
    /// The caller's name as the owner gave it.
    Name,
    /// When we open next, in words: `tomorrow 8am`.
    Open,
    /// The business's own number: never the owner's private one.
    Phone,
}

impl Variable {
    /// All of them, for messages.
    pub const ALL: [Variable; 5] = [
        Variable::Company,
        Variable::Owner,
        Variable::Name,
        Variable::Open,
        Variable::Phone,
    ];

    /// The word between the braces.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Variable::Company => "company",
            Variable::Owner => "owner",
            Variable::Name => "name",
            Variable::Open => "open",
            Variable::Phone => "phone",
        }
    }
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateError {
    #[error("{{{0}}} is unknown; there are {{company}} {{owner}} {{name}} {{open}} {{phone}}")]
    Unknown(String),
    #[error("a {{ is never closed; write {{company}} {{owner}} {{name}} {{open}} or {{phone}}")]
    Unclosed,
    #[error("{{company}} must appear in it, so that people know who writes")]
    NoCompany,
    #[error("it is empty")]
    Empty,
    #[error("it is longer than {TEMPLATE_CHARACTERS_MAX} characters")]
    TooLong,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Blank(Variable),
}

/// A checked template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

/// What goes into the blanks. An empty value leaves the blank empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values<'a> {
    pub company: &'a str,
    pub owner: &'a str,
    pub name: &'a str,
    pub open: &'a str,
    pub phone: &'a str,
}

impl Template {
    /// Reads a template, curly quotes and dashes made plain so that they don't double its price.
    ///
    /// # Errors
    /// [`TemplateError`]; the first unknown variable is named.
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        let text = plain(text.trim());
        if text.is_empty() {
            return Err(TemplateError::Empty);
        }
        if text.chars().count() > TEMPLATE_CHARACTERS_MAX {
            return Err(TemplateError::TooLong);
        }
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            let (word, after) = after.split_once('}').ok_or(TemplateError::Unclosed)?;
            let key = word.trim().to_ascii_lowercase();
            let variable = Variable::ALL.into_iter().find(|v| v.word() == key);
            pieces.push(Piece::Blank(
                variable.ok_or_else(|| TemplateError::Unknown(word.trim().to_owned()))?,
            ));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Template(pieces))
    }

    /// The template as it could be written again.
    #[must_use]
    pub fn source(&self) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Blank(variable) => format!("{{{}}}", variable.word()),
            })
            .collect()
    }

    /// Like [`Template::parse`], for texts to callers: the company must be named.
    ///
    /// # Errors
    /// [`TemplateError`].
    pub fn parse_for_callers(text: &str) -> Result<Template, TemplateError> {
        let template = Template::parse(text)?;
        if template.uses(Variable::Company) {
            Ok(template)
        } else {
            Err(TemplateError::NoCompany)
        }
    }

    /// Whether the blank appears.
    #[must_use]
    pub fn uses(&self, variable: Variable) -> bool {
        self.0.contains(&Piece::Blank(variable))
    }

    /// Whether the template itself tells how to opt out, in which case no line is added.
    #[must_use]
    pub fn tells_stop(&self) -> bool {
        self.0.iter().any(|p| match p {
            Piece::Text(text) => text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "STOP"),
            Piece::Blank(_) => false,
        })
    }

    /// The text, with the line that tells how to opt out at its end if one is given and it does not say so itself.
    #[must_use]
    pub fn render(&self, values: &Values<'_>, stop_line: Option<&str>) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Blank(Variable::Company) => out.push_str(values.company),
                Piece::Blank(Variable::Owner) => out.push_str(values.owner),
                Piece::Blank(Variable::Name) => out.push_str(values.name),
                Piece::Blank(Variable::Open) => out.push_str(values.open),
                Piece::Blank(Variable::Phone) => out.push_str(values.phone),
            }
        }
        let mut out = plain(out.trim());
        if let Some(line) = stop_line.filter(|_| !self.tells_stop()) {
            out.push(' ');
            out.push_str(line);
        }
        out
    }
}

/// With curly quotes, dashes and the like as their plain GSM-7 selves (3GPP TS 23.038 §6.2.1): one of them would turn the
/// whole text into UCS-2 and double its price.
pub(crate) fn plain(text: &str) -> String {
    sms::to_gsm7_lossy(text).text
}

/// How many septets a text takes in the GSM 7 bit default alphabet; `None` if it does not fit that alphabet.
pub(crate) fn septets(text: &str) -> Option<usize> {
    let cost = sms::cost(text);
    (cost.encoding == sms::Encoding::Gsm7).then_some(cost.units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::wording::pack::Pack;

    const STOP: &str = "Reply STOP to opt out.";
    const VALUES: Values<'_> = Values {
        company: "Hill Country Plumbing",
        owner: "Sam",
        name: "{owner}",
        open: "tomorrow 8am",
        phone: "+1",
    };

    #[test]
    fn the_default_text_is_the_products() {
        let text = Template::parse_for_callers(&Pack::english().caller("message"))
            .unwrap()
            .render(&VALUES, Some(STOP));
        assert_eq!(
            text,
            "Sorry we missed you - this is Hill Country Plumbing. What can we help with? Happy to sort it out by text. \
             Reply STOP to opt out."
        );
    }

    #[test]
    fn values_are_never_expanded_again() {
        assert_eq!(
            Template::parse("Hi {name}").unwrap().render(&VALUES, None),
            "Hi {owner}"
        );
    }

    #[test]
    fn the_stop_line_is_not_said_twice() {
        let template = Template::parse("{company}. Text STOP to end.").unwrap();
        assert_eq!(
            template.render(&VALUES, Some(STOP)),
            "Hill Country Plumbing. Text STOP to end."
        );
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(
            Template::parse("{compny}"),
            Err(TemplateError::Unknown("compny".into()))
        );
        assert_eq!(Template::parse("{company"), Err(TemplateError::Unclosed));
        assert_eq!(Template::parse_for_callers("Hello"), Err(TemplateError::NoCompany));
        assert_eq!(Template::parse("  "), Err(TemplateError::Empty));
        assert_eq!(Template::parse(&"x".repeat(2000)), Err(TemplateError::TooLong));
    }

    #[test]
    fn expensive_characters_become_plain() {
        assert_eq!(
            Template::parse("we\u{2019}re {company} \u{2014} \u{201c}hi\u{201d}")
                .unwrap()
                .render(&VALUES, None),
            "we're Hill Country Plumbing - \"hi\""
        );
    }
}
