//! Reading a PDU front to back, knowing where one is.

use super::{PduError, Problem};

/// A cursor over a PDU. Every read names its field, so that every error does.
#[derive(Debug, Clone)]
pub(super) struct Octets<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Octets<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Octets { rest: octets, at: 0 }
    }

    /// Offset of the next octet from the start of the PDU.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn one(&mut self, field: &'static str) -> Result<u8, PduError> {
        let [octet] = self.array::<1>(field)?;
        Ok(octet)
    }

    pub(super) fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], PduError> {
        match self.rest.split_first_chunk::<N>() {
            Some((taken, rest)) => {
                self.rest = rest;
                self.at += N;
                Ok(*taken)
            }
            None => Err(self.short(field, N)),
        }
    }

    pub(super) fn take(&mut self, field: &'static str, count: usize) -> Result<&'a [u8], PduError> {
        match self.rest.split_at_checked(count) {
            Some((taken, rest)) => {
                self.rest = rest;
                self.at += count;
                Ok(taken)
            }
            None => Err(self.short(field, count)),
        }
    }

    fn short(&self, field: &'static str, needed: usize) -> PduError {
        PduError::new(
            field,
            self.at,
            Problem::Truncated {
                needed,
                present: self.rest.len(),
            },
        )
    }
}
