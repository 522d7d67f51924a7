//! `textback manual`: the manual pages and shell completions, from the same definitions that parse the command line. Only in the
//! build that makes the package.

use super::Exit;
use clap::Command;
use clap_complete::Shell;
use std::path::Path;
use textback::config::DEFAULT_FILE;

/// Writes everything below `folder`.
pub fn write(command: Command, folder: &Path) -> Result<(), Exit> {
    let pages = folder.join("man");
    std::fs::create_dir_all(&pages)?;
    let mut shown = command.clone();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut shown, "textback", folder)?;
    }
    clap_mangen::generate_to(command, &pages)?;
    std::fs::write(pages.join("textback.toml.5"), configuration_page())?;
    Ok(())
}

/// textback.toml(5): the file that is installed explains every key, so the page is that file.
fn configuration_page() -> String {
    let mut page = String::from(
        ".TH textback.toml 5\n.SH NAME\ntextback.toml \\- what textback says, to whom, and when\n.SH DESCRIPTION\n\
         /etc/textback/textback.toml, or on the appliance textback.toml on the card's first partition. Only company and owner must be \
         set; everything else shows its default.\n.B textback check\nnames everything that is wrong, by line.\n.PP\n.nf\n",
    );
    for line in DEFAULT_FILE.lines() {
        // A line that begins with a dot or a quote would be an order to the formatter.
        page.push_str("\\&");
        page.push_str(&line.replace('\\', "\\e").replace('-', "\\-"));
        page.push('\n');
    }
    page.push_str(".fi\n.SH SEE ALSO\ntextback(1)\n");
    page
}
