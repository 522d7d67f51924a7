//! The owner's grammar: whatever a text says, some things never follow from it.

use textback::desk::caller::optout;
use textback::desk::owner::commands::{Command, NAME_CHARACTERS_MAX};
use textback::desk::owner::grammar::{self, OwnerText};
use textback::desk::wording::pack::Pack;
use textback::ids::HANDLES;

/// Laws: an opt-out word is never relayed, tagged or not; a handle is one that exists; what is relayed stands in what was
/// written, and is not empty; a name is short and without control characters; the same text means the same twice.
pub fn owner(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let meaning = grammar::read(&text);
    assert_eq!(meaning, grammar::read(&text), "a text means two things");
    match &meaning {
        OwnerText::To { handle, text: body } | OwnerText::Later { handle, text: body, .. } => {
            assert!(HANDLES.contains(&handle.0));
            relays(body);
            if matches!(meaning, OwnerText::To { .. }) {
                assert!(text.contains(body.as_str()), "{body:?} was never written");
            }
        }
        OwnerText::Untagged(body) | OwnerText::Unclear { text: body, .. } => {
            relays(body);
            assert!(text.contains(body.as_str()), "{body:?} was never written");
        }
        OwnerText::Misplaced { handle, text: body, .. } => {
            assert!(HANDLES.contains(&handle.0));
            relays(body);
            assert!(text.contains(body.as_str()), "{body:?} was never written");
        }
        OwnerText::DidYouMean { text: body, .. } => assert!(text.contains(body.as_str())),
        OwnerText::Canned { handle, reply } => assert!(HANDLES.contains(&handle.0) && (1..=9).contains(reply)),
        OwnerText::LaterAlone { handle, .. } => assert!(HANDLES.contains(&handle.0)),
        OwnerText::Handle(handle) => assert!(HANDLES.contains(&handle.0)),
        OwnerText::Command(command) => sound(command),
        OwnerText::Reaction(reaction) => assert!(!reaction.verb.is_empty()),
        OwnerText::Empty => assert!(!text.chars().any(char::is_alphanumeric)),
        OwnerText::No | OwnerText::Usage { .. } | OwnerText::OptOutWord => {}
    }
}

fn relays(body: &str) {
    assert!(!body.trim().is_empty(), "an empty text goes to a customer");
    assert!(
        !optout::is_opt_out_word(body, &Pack::english()),
        "an opt-out word goes to a customer: {body:?}"
    );
}

fn sound(command: &Command) {
    match command {
        Command::Name { handle, name } => {
            assert!(HANDLES.contains(&handle.0));
            assert!((1..=NAME_CHARACTERS_MAX).contains(&name.chars().count()));
            assert!(!name.chars().any(char::is_control));
        }
        Command::Done(handle)
        | Command::Later { handle, .. }
        | Command::Block(handle)
        | Command::Unblock(handle)
        | Command::Friend(handle)
        | Command::Forget(handle)
        | Command::Why(handle)
        | Command::Num(handle)
        | Command::Won { handle, .. }
        | Command::More(Some(handle))
        | Command::Oops(Some(handle)) => assert!(HANDLES.contains(&handle.0)),
        _ => {}
    }
}
