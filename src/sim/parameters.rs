//! Settings that are one number: their names, ranges and what they are after a restart. Commands that need more
//! than that are written out in the `*_commands` files.

use super::profiles::Profile;
use std::collections::BTreeMap;

/// One such setting.
#[derive(Debug)]
pub(super) struct Parameter {
    pub name: &'static str,
    pub max: u32,
    default: u32,
}

const fn parameter(name: &'static str, max: u32, default: u32) -> Parameter {
    Parameter { name, max, default }
}

/// 3GPP TS 27.007 and TS 27.005, alphabetically.
const PARAMETERS: &[Parameter] = &[
    parameter("+CEREG", 2, 0),
    parameter("+CFUN", 4, 1),
    parameter("+CGREG", 2, 0),
    parameter("+CGSMS", 3, 3),
    parameter("+CLCC", 1, 0),
    parameter("+CLIP", 1, 0),
    parameter("+CLIR", 2, 0),
    parameter("+CLVL", 5, 3),
    parameter("+CMEE", 2, 0),
    parameter("+CMGF", 1, 0),
    parameter("+CMMS", 2, 0),
    parameter("+CMOD", 3, 0),
    parameter("+CMUT", 1, 0),
    parameter("+COLP", 1, 0),
    parameter("+CR", 1, 0),
    parameter("+CRC", 1, 0),
    parameter("+CREG", 2, 0),
    parameter("+CRSL", 5, 3),
    parameter("+CSDH", 1, 0),
    parameter("+CSMS", 1, 0),
    parameter("+CSTA", 255, 129),
    parameter("+CTZR", 2, 0),
    parameter("+CTZU", 3, 0),
    parameter("+CUSD", 2, 0),
    parameter("+CVHU", 2, 0),
    parameter("#ECAM", 1, 0),
    parameter("+UCALLSTAT", 1, 0),
    parameter("^CURC", 1, 1),
    parameter("^DSCI", 1, 0),
];

/// The values in force.
#[derive(Debug, Clone)]
pub(super) struct Parameters(BTreeMap<&'static str, u32>);

impl Parameters {
    pub(super) fn defaults(profile: &Profile) -> Self {
        let mut values: BTreeMap<_, _> = PARAMETERS.iter().map(|p| (p.name, p.default)).collect();
        values.extend([
            ("+CRC", profile.extended_ring),
            ("+CVHU", profile.cvhu),
            ("+CMEE", profile.cmee),
        ]);
        Parameters(values)
    }

    pub(super) fn find(name: &str) -> Option<&'static Parameter> {
        PARAMETERS.iter().find(|p| p.name == name)
    }

    /// Every one's name.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        PARAMETERS.iter().map(|p| p.name)
    }

    pub(super) fn get(&self, name: &str) -> u32 {
        self.0.get(name).copied().unwrap_or(0)
    }

    pub(super) fn is_on(&self, name: &str) -> bool {
        self.get(name) != 0
    }

    pub(super) fn set(&mut self, name: &'static str, value: u32) {
        self.0.insert(name, value);
    }
}
