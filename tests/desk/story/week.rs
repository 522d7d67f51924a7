//! What the week costs and saves: the README's figures are the week's own.

use super::Story;
use std::collections::BTreeSet;

/// The rows of the README's table.
fn figures(week: &Story) -> String {
    let (to_team, to_callers): (Vec<_>, Vec<_>) = week.all.iter().partition(|(to, _)| week.in_team(to));
    let to_ron = || {
        to_team
            .iter()
            .filter(|(to, _)| to == "Ron")
            .map(|(_, text)| text.as_str())
    };
    let is_lead = |text: &&str| text.contains("NEW ");
    let is_call = |text: &&str| text.starts_with("Missed") || text.contains("called again");
    let (leads, calls) = (to_ron().filter(is_lead).count(), to_ron().filter(is_call).count());
    let callers: BTreeSet<&str> = to_ron()
        .filter(|text| is_lead(text) || is_call(text))
        .flat_map(str::split_whitespace)
        .filter(|word| word.starts_with("+1512"))
        .map(|word| word.trim_end_matches(':'))
        .collect();
    let merged = week.missed as usize - calls.min(week.missed as usize);
    let meant = week.meant.len();
    let asked = week.meant.iter().filter(|m| !m.reached).count();
    let customers: BTreeSet<_> = week.meant.iter().map(|m| &m.customer).collect();
    format!(
        "| one scripted week | |\n|---|---|\n\
         | missed calls; people who wrote; parts to callers; parts to the team | {}; {}; {}; {} |\n\
         | lines about leads and calls on one owner's phone | {} for {} callers: {:.2} parts each |\n\
         | missed calls without a line of their own (merged, or of somebody blocked) | {merged} of {} |\n\
         | texts of the team meant for one of {} customers; routed without asking; asked; misrouted | {meant}; {} ({} %); {asked}; {} |\n",
        week.missed,
        week.wrote.len(),
        to_callers.len(),
        to_team.len(),
        leads + calls,
        callers.len(),
        (leads + calls) as f64 / callers.len().max(1) as f64,
        week.missed,
        customers.len(),
        meant - asked,
        (meant - asked) * 100 / meant.max(1),
        week.misrouted.len()
    )
}

#[test]
fn the_readmes_figures_are_the_weeks() {
    let (week, _) = Story::run(super::story("week.txt"));
    let figures = figures(&week);
    print!("{figures}");
    let readme = include_str!("../../../README.md");
    let (before, rest) = readme.split_once("<!-- the week -->\n").expect("the table begins");
    let (shown, after) = rest.split_once("<!-- /the week -->").expect("the table ends");
    if std::env::var_os("TEXTBACK_REWRITE").is_some() {
        let readme = format!("{before}<!-- the week -->\n{figures}<!-- /the week -->{after}");
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"), readme).unwrap();
        return;
    }
    assert_eq!(shown, figures, "README.md between its marks");
}
