//! `textback manual`: the manual pages and shell completions, from the same definitions that parse the command line. Only in the
//! build that makes the package.

use super::Exit;
use clap::Command;
use clap_complete::Shell;
use std::io::Write;
use std::path::Path;
use textback::config::DEFAULT_FILE;

/// What textback(1) says behind the commands.
const ENDING: &str = "\
.SH EXIT STATUS
.TP
.B 0
Fine.
.TP
.B 1
It failed; of
.BR textback-doctor (1):
something on its list does.
.TP
.B 2
Wrong usage.
.TP
.B 64
The configuration is wrong.
.TP
.B 69
A needed thing is not there: the port, a modem that answers, the database.
.TP
.B 78
The modem or the SIM cannot do this job: no voice, a wrong PIN, blocked.
.SH ENVIRONMENT
.TP
.B TEXTBACK_CONFIG
The configuration file, where
.B \\-\\-config
names none.
.TP
.B TEXTBACK_LOG
What is logged: error, warn, info (the default), debug, or trace, which has the serial traffic with numbers and texts in it.
.SH FILES
.TP
.I /etc/textback/textback.toml
The configuration, see
.BR textback.toml (5).
.TP
.I /var/lib/textback/
The database and what lies beside it.
.TP
.I /dev/textback\\-modem
The modem's AT port, by the udev rules.
.TP
.I /usr/share/textback/
The English texts, to be translated into a language of your own, and the profiles of boards.
.SH SEE ALSO
.BR textback.toml (5),
.BR journalctl (1)
with \\-u textback
";

/// Writes everything below `folder`.
pub fn write(command: Command, folder: &Path) -> Result<(), Exit> {
    let pages = folder.join("man");
    std::fs::create_dir_all(&pages)?;
    let mut shown = command.clone();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut shown, "textback", folder)?;
    }
    clap_mangen::generate_to(command.after_help(None::<&str>), &pages)?;
    let mut first = std::fs::OpenOptions::new()
        .append(true)
        .open(pages.join("textback.1"))?;
    first.write_all(ENDING.as_bytes())?;
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
