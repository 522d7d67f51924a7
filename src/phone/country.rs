//! Countries: their ISO code, calling code, dialling prefixes, and the mobile country codes of their SIMs.
//!
//! Sources: ITU-T E.164 (calling codes), ITU-T E.212 (mobile country codes), national numbering plans (prefixes).

use serde::{Deserialize, Serialize};
use std::fmt;

/// A country by its ISO 3166-1 alpha-2 code. Only codes in our table exist as values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country(u8);

/// One row of the table: what is needed to read a number as that country's networks write it.
struct Row {
    iso: &'static str,
    /// E.164 country calling code.
    code: u16,
    /// Digits put before a national number when dialled inside the country; `""`: none.
    trunk: &'static str,
    /// Digits put before a country code when dialled from inside the country.
    exit: &'static str,
    /// Mobile country codes (ITU-T E.212).
    mcc: &'static [u16],
    /// Shortest and longest national significant number of an ordinary subscriber.
    digits: (u8, u8),
}

macro_rules! rows {
    ($($iso:literal $code:literal $trunk:literal $exit:literal [$($mcc:literal)*] $min:literal $max:literal;)*) => {
        &[$(Row { iso: $iso, code: $code, trunk: $trunk, exit: $exit, mcc: &[$($mcc),*], digits: ($min, $max) }),*]
    };
}

/// Sorted by ISO code (a test holds it so).
#[rustfmt::skip]
const COUNTRIES: &[Row] = rows! {
    "AD" 376 "" "00" [213] 6 9;      "AE" 971 "0" "00" [424 430 431] 8 9;  "AF" 93 "0" "00" [412] 9 9;      "AG" 1 "1" "011" [344] 10 10;
    "AI" 1 "1" "011" [365] 10 10;    "AL" 355 "0" "00" [276] 8 9;          "AM" 374 "0" "00" [283] 8 8;     "AO" 244 "" "00" [631] 9 9;
    "AR" 54 "0" "00" [722] 10 11;    "AS" 1 "1" "011" [544] 10 10;         "AT" 43 "0" "00" [232] 4 13;     "AU" 61 "0" "0011" [505] 9 9;
    "AW" 297 "" "00" [363] 7 7;      "AZ" 994 "0" "00" [400] 9 9;          "BA" 387 "0" "00" [218] 8 9;     "BB" 1 "1" "011" [342] 10 10;
    "BD" 880 "0" "00" [470] 8 10;    "BE" 32 "0" "00" [206] 8 9;           "BF" 226 "" "00" [613] 8 8;      "BG" 359 "0" "00" [284] 7 9;
    "BH" 973 "" "00" [426] 8 8;      "BI" 257 "" "00" [642] 8 8;           "BJ" 229 "" "00" [616] 8 10;     "BM" 1 "1" "011" [350] 10 10;
    "BN" 673 "" "00" [528] 7 7;      "BO" 591 "0" "00" [736] 8 8;          "BR" 55 "0" "00" [724] 10 11;    "BS" 1 "1" "011" [364] 10 10;
    "BT" 975 "" "00" [402] 7 8;      "BW" 267 "" "00" [652] 7 8;           "BY" 375 "8" "810" [257] 9 9;    "BZ" 501 "" "00" [702] 7 7;
    "CA" 1 "1" "011" [302] 10 10;    "CD" 243 "0" "00" [630] 9 9;          "CF" 236 "" "00" [623] 8 8;      "CG" 242 "" "00" [629] 9 9;
    "CH" 41 "0" "00" [228] 9 9;      "CI" 225 "" "00" [612] 10 10;         "CK" 682 "" "00" [548] 5 5;      "CL" 56 "" "00" [730] 9 9;
    "CM" 237 "" "00" [624] 9 9;      "CN" 86 "0" "00" [460 461] 9 12;      "CO" 57 "" "00" [732] 10 10;     "CR" 506 "" "00" [712] 8 8;
    "CU" 53 "0" "119" [368] 8 8;     "CV" 238 "" "0" [625] 7 7;            "CW" 599 "" "00" [] 7 8;         "CY" 357 "" "00" [280] 8 8;
    "CZ" 420 "" "00" [230] 9 9;      "DE" 49 "0" "00" [262] 5 12;          "DJ" 253 "" "00" [638] 8 8;      "DK" 45 "" "00" [238] 8 8;
    "DM" 1 "1" "011" [366] 10 10;    "DO" 1 "1" "011" [370] 10 10;         "DZ" 213 "0" "00" [603] 8 9;     "EC" 593 "0" "00" [740] 8 9;
    "EE" 372 "" "00" [248] 7 8;      "EG" 20 "0" "00" [602] 8 10;          "ER" 291 "0" "00" [657] 7 7;     "ES" 34 "" "00" [214] 9 9;
    "ET" 251 "0" "00" [636] 9 9;     "FI" 358 "0" "00" [244] 5 12;         "FJ" 679 "" "00" [542] 7 7;      "FM" 691 "" "00" [550] 7 7;
    "FO" 298 "" "00" [288] 6 6;      "FR" 33 "0" "00" [208] 9 9;           "GA" 241 "" "00" [628] 7 8;      "GB" 44 "0" "00" [234 235] 9 10;
    "GD" 1 "1" "011" [352] 10 10;    "GE" 995 "0" "00" [282] 9 9;          "GF" 594 "0" "00" [742] 9 9;     "GH" 233 "0" "00" [620] 9 9;
    "GI" 350 "" "00" [266] 8 8;      "GL" 299 "" "00" [290] 6 6;           "GM" 220 "" "00" [607] 7 7;      "GN" 224 "" "00" [611] 8 9;
    "GP" 590 "0" "00" [340] 9 9;     "GQ" 240 "" "00" [627] 9 9;           "GR" 30 "" "00" [202] 10 10;     "GT" 502 "" "00" [704] 8 8;
    "GU" 1 "1" "011" [310] 10 10;    "GW" 245 "" "00" [632] 7 9;           "GY" 592 "" "001" [738] 7 7;     "HK" 852 "" "001" [454] 8 8;
    "HN" 504 "" "00" [708] 8 8;      "HR" 385 "0" "00" [219] 8 9;          "HT" 509 "" "00" [372] 8 8;      "HU" 36 "06" "00" [216] 8 9;
    "ID" 62 "0" "001" [510] 7 12;    "IE" 353 "0" "00" [272] 7 9;          "IL" 972 "0" "00" [425] 8 9;     "IN" 91 "0" "00" [404 405 406] 10 10;
    "IQ" 964 "0" "00" [418] 8 10;    "IR" 98 "0" "00" [432] 10 10;         "IS" 354 "" "00" [274] 7 9;      "IT" 39 "" "00" [222] 6 11;
    "JM" 1 "1" "011" [338] 10 10;    "JO" 962 "0" "00" [416] 8 9;          "JP" 81 "0" "010" [440 441] 9 10; "KE" 254 "0" "000" [639] 9 9;
    "KG" 996 "0" "00" [437] 9 9;     "KH" 855 "0" "001" [456] 8 9;         "KI" 686 "" "00" [545] 5 8;      "KM" 269 "" "00" [654] 7 7;
    "KN" 1 "1" "011" [356] 10 10;    "KP" 850 "0" "00" [467] 8 10;         "KR" 82 "0" "00" [450] 8 10;     "KW" 965 "" "00" [419] 8 8;
    "KY" 1 "1" "011" [346] 10 10;    "KZ" 7 "8" "810" [401] 10 10;         "LA" 856 "0" "00" [457] 8 10;    "LB" 961 "0" "00" [415] 7 8;
    "LC" 1 "1" "011" [358] 10 10;    "LI" 423 "" "00" [295] 7 9;           "LK" 94 "0" "00" [413] 9 9;      "LR" 231 "0" "00" [618] 7 9;
    "LS" 266 "" "00" [651] 8 8;      "LT" 370 "0" "00" [246] 8 8;          "LU" 352 "" "00" [270] 4 11;     "LV" 371 "" "00" [247] 8 8;
    "LY" 218 "0" "00" [606] 8 9;     "MA" 212 "0" "00" [604] 9 9;          "MC" 377 "" "00" [212] 8 9;      "MD" 373 "0" "00" [259] 8 8;
    "ME" 382 "0" "00" [297] 8 8;     "MG" 261 "0" "00" [646] 9 9;          "MH" 692 "1" "011" [551] 7 7;    "MK" 389 "0" "00" [294] 8 8;
    "ML" 223 "" "00" [610] 8 8;      "MM" 95 "0" "00" [414] 7 10;          "MN" 976 "0" "001" [428] 8 10;   "MO" 853 "" "00" [455] 8 8;
    "MQ" 596 "0" "00" [] 9 9;        "MR" 222 "" "00" [609] 8 8;           "MS" 1 "1" "011" [354] 10 10;    "MT" 356 "" "00" [278] 8 8;
    "MU" 230 "" "00" [617] 7 8;      "MV" 960 "" "00" [472] 7 7;           "MW" 265 "0" "00" [650] 7 9;     "MX" 52 "" "00" [334] 10 10;
    "MY" 60 "0" "00" [502] 8 10;     "MZ" 258 "" "00" [643] 8 9;           "NA" 264 "0" "00" [649] 8 9;     "NC" 687 "" "00" [546] 6 6;
    "NE" 227 "" "00" [614] 8 8;      "NG" 234 "0" "009" [621] 8 10;        "NI" 505 "" "00" [710] 8 8;      "NL" 31 "0" "00" [204] 9 9;
    "NO" 47 "" "00" [242] 8 8;       "NP" 977 "0" "00" [429] 8 10;         "NR" 674 "" "00" [536] 7 7;      "NZ" 64 "0" "00" [530] 8 10;
    "OM" 968 "" "00" [422] 8 8;      "PA" 507 "" "00" [714] 7 8;           "PE" 51 "0" "00" [716] 8 9;      "PF" 689 "" "00" [547] 6 8;
    "PG" 675 "" "00" [537] 7 8;      "PH" 63 "0" "00" [515] 8 10;          "PK" 92 "0" "00" [410] 9 10;     "PL" 48 "" "00" [260] 9 9;
    "PM" 508 "0" "00" [308] 6 9;     "PR" 1 "1" "011" [330] 10 10;         "PS" 970 "0" "00" [] 8 9;        "PT" 351 "" "00" [268] 9 9;
    "PW" 680 "" "011" [552] 7 7;     "PY" 595 "0" "00" [744] 8 9;          "QA" 974 "" "00" [427] 8 8;      "RE" 262 "0" "00" [647] 9 9;
    "RO" 40 "0" "00" [226] 9 9;      "RS" 381 "0" "00" [220] 8 9;          "RU" 7 "8" "810" [250] 10 10;    "RW" 250 "0" "00" [635] 9 9;
    "SA" 966 "0" "00" [420] 8 9;     "SB" 677 "" "00" [540] 5 7;           "SC" 248 "" "00" [633] 7 7;      "SD" 249 "0" "00" [634] 9 9;
    "SE" 46 "0" "00" [240] 7 9;      "SG" 65 "" "000" [525] 8 8;           "SI" 386 "0" "00" [293] 8 8;     "SK" 421 "0" "00" [231] 9 9;
    "SL" 232 "0" "00" [619] 8 8;     "SM" 378 "" "00" [292] 6 10;          "SN" 221 "" "00" [608] 9 9;      "SO" 252 "0" "00" [637] 7 9;
    "SR" 597 "" "00" [746] 6 7;      "SS" 211 "0" "00" [659] 9 9;          "ST" 239 "" "00" [626] 7 7;      "SV" 503 "" "00" [706] 8 8;
    "SX" 1 "1" "011" [] 10 10;       "SY" 963 "0" "00" [417] 8 9;          "SZ" 268 "" "00" [653] 8 8;      "TC" 1 "1" "011" [376] 10 10;
    "TD" 235 "" "00" [622] 8 8;      "TG" 228 "" "00" [615] 8 8;           "TH" 66 "0" "001" [520] 8 9;     "TJ" 992 "" "810" [436] 9 9;
    "TL" 670 "" "00" [514] 7 8;      "TM" 993 "8" "810" [438] 8 8;         "TN" 216 "" "00" [605] 8 8;      "TO" 676 "" "00" [539] 5 7;
    "TR" 90 "0" "00" [286] 10 10;    "TT" 1 "1" "011" [374] 10 10;         "TV" 688 "" "00" [553] 5 7;      "TW" 886 "0" "002" [466] 8 9;
    "TZ" 255 "0" "000" [640] 9 9;    "UA" 380 "0" "00" [255] 9 9;          "UG" 256 "0" "000" [641] 9 9;    "US" 1 "1" "011" [310 311 312 313 314 315 316] 10 10;
    "UY" 598 "0" "00" [748] 8 8;     "UZ" 998 "" "00" [434] 9 9;           "VC" 1 "1" "011" [360] 10 10;    "VE" 58 "0" "00" [734] 10 10;
    "VG" 1 "1" "011" [348] 10 10;    "VI" 1 "1" "011" [332] 10 10;         "VN" 84 "0" "00" [452] 9 10;     "VU" 678 "" "00" [541] 5 7;
    "WS" 685 "" "0" [549] 5 7;       "XK" 383 "0" "00" [221] 8 9;          "YE" 967 "0" "00" [421] 7 9;     "ZA" 27 "0" "00" [655] 9 9;
    "ZM" 260 "0" "00" [645] 9 9;     "ZW" 263 "0" "00" [648] 8 9;
};

impl Country {
    /// The United States.
    pub const US: Country = Country::at(b"US");
    /// Canada.
    pub const CA: Country = Country::at(b"CA");
    /// The United Kingdom.
    pub const GB: Country = Country::at(b"GB");

    const fn at(iso: &[u8; 2]) -> Country {
        let mut i = 0;
        while i < COUNTRIES.len() {
            let b = COUNTRIES[i].iso.as_bytes();
            if b[0] == iso[0] && b[1] == iso[1] {
                return Country(i as u8);
            }
            i += 1;
        }
        // Only reached by a constant above that is not in the table: the build stops there.
        panic!("not in the table")
    }

    fn row(self) -> &'static Row {
        // The index came from the table itself; the first row is never reached in its place.
        COUNTRIES.get(usize::from(self.0)).unwrap_or(&COUNTRIES[0])
    }

    fn find(wanted: impl FnMut(&Row) -> bool) -> Option<Country> {
        COUNTRIES
            .iter()
            .position(wanted)
            .and_then(|i| u8::try_from(i).ok())
            .map(Country)
    }

    /// From an ISO 3166-1 alpha-2 code in either case; `UK` is taken for `GB`. `None`: not a country we know.
    #[must_use]
    pub fn parse(iso: &str) -> Option<Country> {
        let iso = iso.trim().to_ascii_uppercase();
        let iso = if iso == "UK" { "GB" } else { iso.as_str() };
        Country::find(|row| row.iso == iso)
    }

    /// Whose SIM this is, from the IMSI's mobile country code (ITU-T E.212 §4.1). `None` for test (001) and
    /// international (901) networks and anything that is no IMSI: nothing is assumed.
    #[must_use]
    pub fn from_imsi(imsi: &str) -> Option<Country> {
        let imsi = imsi.trim();
        if imsi.len() < 6 || !imsi.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mcc: u16 = imsi.get(..3)?.parse().ok()?;
        // Guam shares 310 with the mainland; the mainland is meant.
        Country::find(|row| row.mcc.contains(&mcc) && row.iso != "GU")
    }

    /// ISO 3166-1 alpha-2, upper case.
    #[must_use]
    pub fn iso(self) -> &'static str {
        self.row().iso
    }

    /// E.164 country calling code, shared by several countries for 1 and 7.
    #[must_use]
    pub fn calling_code(self) -> u16 {
        self.row().code
    }

    pub(super) fn trunk(self) -> &'static str {
        self.row().trunk
    }

    pub(super) fn exit(self) -> &'static str {
        self.row().exit
    }

    pub(super) fn digits(self) -> (u8, u8) {
        self.row().digits
    }

    /// The first country of this calling code in the table's order; the caller tells 1 and 7 apart itself.
    pub(super) fn of_calling_code(code: u16) -> Option<Country> {
        match code {
            1 => Some(Country::US),
            7 => Country::parse("RU"),
            _ => Country::find(|row| row.code == code),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.iso())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.iso())
    }
}

impl Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.iso())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let iso = String::deserialize(d)?;
        Country::parse(&iso).ok_or_else(|| serde::de::Error::custom("not a country code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_fits_its_index() {
        assert!(COUNTRIES.len() <= 256);
        for pair in COUNTRIES.windows(2) {
            assert!(pair[0].iso < pair[1].iso, "{} before {}", pair[0].iso, pair[1].iso);
        }
    }

    #[test]
    fn no_mobile_country_code_belongs_to_two_countries_but_310() {
        for mcc in 200..800u16 {
            let owners: Vec<_> = COUNTRIES
                .iter()
                .filter(|r| r.mcc.contains(&mcc))
                .map(|r| r.iso)
                .collect();
            assert!(owners.len() <= 1 || mcc == 310, "{mcc}: {owners:?}");
        }
    }

    #[test]
    fn a_sim_tells_its_country() {
        for (imsi, iso) in [
            ("310260123456789", "US"),
            ("313100123456789", "US"),
            ("302720123456789", "CA"),
            ("234150123456789", "GB"),
            ("505013434343434", "AU"),
            ("404101234567890", "IN"),
            ("262011234567890", "DE"),
            ("724051234567890", "BR"),
        ] {
            assert_eq!(Country::from_imsi(imsi).map(Country::iso), Some(iso), "{imsi}");
        }
    }

    #[test]
    fn a_test_or_international_sim_tells_nothing() {
        for imsi in ["001010123456789", "901280123456789", "", "31026", "31o260123456789"] {
            assert_eq!(Country::from_imsi(imsi), None, "{imsi}");
        }
    }

    #[test]
    fn names_are_read_in_any_case() {
        assert_eq!(Country::parse("us"), Some(Country::US));
        assert_eq!(Country::parse("UK"), Some(Country::GB));
        assert_eq!(Country::parse("USA"), None);
    }
}
