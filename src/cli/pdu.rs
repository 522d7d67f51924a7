//! `textback pdu decode|encode`.

use super::{Exit, FAILED, say};
use clap::Subcommand;
use textback::sms::ConcatReference;
use textback::sms::json::{self, Request};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// One TPDU with its SMSC part, as JSON
    Decode {
        /// The PDU in hex, as AT+CMGR prints it; blanks and a leading 0x do not matter
        #[arg(required = true, num_args = 1..)]
        hex: Vec<String>,
    },
    /// SUBMIT parts, one JSON object a line
    Encode {
        /// To whom: +15551234567, or a national number or short code without the +
        #[arg(long)]
        to: String,
        /// What to say
        #[arg(long, allow_hyphen_values = true)]
        text: String,
        /// The service centre; left to the SIM if absent
        #[arg(long)]
        smsc: Option<String>,
        /// Ask for a status report
        #[arg(long)]
        report: bool,
    },
}

/// The same input gives the same parts: only the daemon's own texts need references that differ.
const CONCAT_REFERENCE: ConcatReference = ConcatReference::Eight(1);

pub fn run(command: &Command) -> Result<(), Exit> {
    match command {
        Command::Decode { hex } => say(json::decode(&hex.concat()).map_err(|why| Exit::new(FAILED, why.to_string()))?)?,
        Command::Encode { to, text, smsc, report } => {
            let request = Request {
                to,
                text,
                smsc: smsc.as_deref(),
                report: *report,
                reference: CONCAT_REFERENCE,
            };
            for line in json::encode(request).map_err(|why| Exit::new(FAILED, why.to_string()))? {
                say(line)?;
            }
        }
    }
    Ok(())
}
