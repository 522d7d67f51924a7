//! What a number is, by the national numbering plan: mobile, landline, premium …
//!
//! A compact table of leading digits, for the countries the box is sold to and their neighbours. Where a plan mixes
//! mobiles and landlines (NANP, Mexico, Denmark) or a country has no row, the answer is `MobileOrLandline` and the
//! landlines are learned from failed reports (product.md §2).
//!
//! The two crates that carry all plans were tried and cost more memory than the whole daemon may use (see the commit).
//! Sources: ITU-T E.164 national numbering plan notices; NANPA area code lists.

use super::country::Country;

/// What kind of subscriber a number reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberClass {
    /// A mobile: gets texts.
    Mobile,
    /// A landline by the number plan: never texted.
    Landline,
    /// The plan does not tell.
    MobileOrLandline,
    /// Free for the caller; nobody reads texts there.
    TollFree,
    /// Costs the caller more than a call; never texted.
    Premium,
    /// Cost shared between caller and called; a company's switchboard.
    SharedCost,
    /// Internet telephony range; texts rarely arrive.
    Voip,
    /// Follow-me numbers, often expensive.
    Personal,
    Pager,
    /// Company-wide access number.
    Company,
}

impl NumberClass {
    /// Whether an automatic text may go there at all (product.md §2: never premium, toll-free; landlines apart).
    #[must_use]
    pub fn may_read_texts(self) -> bool {
        match self {
            NumberClass::Mobile | NumberClass::MobileOrLandline | NumberClass::Voip => true,
            NumberClass::Landline
            | NumberClass::TollFree
            | NumberClass::Premium
            | NumberClass::SharedCost
            | NumberClass::Personal
            | NumberClass::Pager
            | NumberClass::Company => false,
        }
    }
}

use NumberClass::{
    Company as C, Landline as L, Mobile as M, MobileOrLandline as B, Pager as G, Personal as N, Premium as P,
    SharedCost as S, TollFree as F, Voip as V,
};

/// Per calling code: leading digits of the national significant number and what they mean. The longest match wins.
#[rustfmt::skip]
static PLANS: &[(u16, &[(NumberClass, &str)])] = &[
    (27,  &[(L, "1 2 3 4 5"), (M, "6 7 81 82 83 84 85"), (F, "80"), (S, "86"), (P, "862 863 864 865 866 867 868"), (V, "87")]),
    (30,  &[(L, "2"), (M, "68 69"), (F, "800"), (S, "801 806"), (P, "90"), (N, "70")]),
    (31,  &[(L, "1 2 3 4 5 7"), (M, "6"), (G, "66"), (F, "800"), (P, "900 906 909"), (V, "85 91"), (C, "88 14")]),
    (32,  &[(L, "1 2 3 4 5 6 7 8 9"), (F, "800"), (P, "90"), (S, "70"), (C, "78")]),
    (33,  &[(L, "1 2 3 4 5"), (M, "6 7"), (F, "800 801 802 803 804 805"), (S, "806 807 808 809 81 82"), (P, "89"), (V, "9")]),
    (34,  &[(L, "8 9"), (M, "6 71 72 73 74 75 76 77 78 79"), (F, "800 900"), (P, "803 806 807 905"), (S, "901 902"), (N, "70")]),
    (36,  &[(L, "1 2 3 4 5 6 7 8 9"), (M, "20 30 31 50 70"), (F, "80"), (P, "90 91"), (S, "40"), (V, "21"), (C, "38")]),
    (39,  &[(L, "0"), (M, "3"), (F, "800 803"), (P, "89 16 199 144 163 166"), (S, "84 199 178"), (V, "55"), (N, "1781 1782")]),
    (40,  &[(L, "2 3"), (M, "7"), (F, "800"), (P, "90"), (S, "801"), (N, "802"), (C, "37")]),
    (41,  &[(L, "2 3 4 5 61 62 71 81 91"), (M, "75 76 77 78 79"), (G, "74"), (F, "800"), (S, "84"), (P, "90"), (N, "70 878"), (C, "58 51"), (P, "18")]),
    (43,  &[(L, "1 2 3 4 5 6 7"), (M, "65 66 67 68 69"), (F, "800"), (S, "810 820 821"), (P, "900 901 930 931 939"), (V, "720 780"), (C, "50 51 59")]),
    (44,  &[(L, "1 2"), (C, "3 55"), (M, "71 72 73 74 75 77 78 79"), (G, "76"), (M, "7624"), (N, "70"), (F, "800 808 500"), (S, "84 845"), (P, "87 9 871 872 873"), (V, "56")]),
    (45,  &[(B, "2 3 4 5 6 7 8 9"), (F, "80"), (P, "90")]),
    (46,  &[(L, "1 2 3 4 5 6 8 9"), (M, "70 72 73 76 79"), (G, "74"), (F, "20"), (S, "77"), (N, "75"), (P, "900 939 944 99"), (V, "71")]),
    (47,  &[(L, "2 3 5 6 7"), (M, "4 9 58 59"), (F, "80"), (P, "82"), (S, "81"), (V, "85"), (N, "88"), (C, "0")]),
    (48,  &[(L, "1 2 3 4 5 6 7 8 9"), (M, "45 50 51 53 57 60 66 69 72 73 78 79 88"), (F, "800"), (S, "801 804"), (P, "70 30"), (V, "39"), (G, "64")]),
    (49,  &[(L, "2 3 4 5 6 7 8 9"), (M, "15 16 17"), (G, "164 168 169"), (F, "800"), (S, "137 138 180"), (P, "900 118 19"), (N, "700"), (V, "32"), (C, "18")]),
    (51,  &[(L, "1 4 5 6 7 8"), (M, "9"), (F, "800"), (P, "805"), (S, "801"), (N, "80")]),
    (52,  &[(B, "1 2 3 4 5 6 7 8 9"), (F, "800"), (P, "900"), (S, "300"), (N, "500")]),
    (54,  &[(B, "1 2 3 4 5 6 7 8"), (M, "9"), (F, "800"), (P, "60"), (C, "810")]),
    (55,  &[(F, "800"), (S, "300 400"), (P, "500 900")]),
    (56,  &[(B, "2 3 4 5 6 7"), (M, "9"), (F, "800"), (S, "600"), (V, "44")]),
    (57,  &[(L, "60"), (M, "3"), (F, "1800"), (P, "1900 1901")]),
    (60,  &[(L, "3 4 5 6 7 8 9"), (M, "1"), (V, "15"), (F, "1300 1800"), (P, "160 600")]),
    (61,  &[(L, "2 3 7 8"), (M, "4"), (F, "180 1800"), (P, "19"), (S, "13"), (G, "16"), (V, "147")]),
    (62,  &[(L, "2 3 4 5 6 7 9"), (M, "8"), (F, "800 177 001803"), (P, "809"), (S, "804")]),
    (63,  &[(L, "2 3 4 5 6 7 8"), (M, "9"), (F, "1800")]),
    (64,  &[(L, "3 4 6 7 9 2409"), (M, "2"), (F, "50 80"), (P, "90"), (N, "70"), (C, "83 86")]),
    (65,  &[(L, "6"), (M, "8 9"), (V, "3"), (F, "1800"), (P, "1900")]),
    (66,  &[(L, "2 3 4 5 7"), (M, "6 8 9"), (V, "60"), (F, "1800"), (P, "1900")]),
    (81,  &[(L, "1 2 3 4 5 6 7 8 9"), (M, "70 80 90"), (G, "20"), (V, "50"), (F, "120 800"), (P, "990"), (C, "570")]),
    (82,  &[(L, "2 3 4 5 6"), (M, "1"), (V, "70"), (F, "80"), (P, "60"), (N, "50")]),
    (86,  &[(L, "1 2 3 4 5 6 7 8 9"), (M, "13 14 15 16 17 18 19"), (F, "800"), (S, "400")]),
    (90,  &[(L, "2 3 4"), (M, "5"), (G, "512"), (F, "800"), (P, "900 898"), (C, "444 850")]),
    (91,  &[(L, "1 2 3 4 5"), (M, "6 7 8 9"), (B, "79 80 20 22 33 40 44 712 731 733 755 821 824 832 836"), (F, "180 1800"), (S, "1860"), (P, "186")]),
    (234, &[(L, "1 2 3 4 5 6 7 8 9"), (M, "70 80 81 90 91"), (F, "800"), (C, "700")]),
    (254, &[(L, "2 4 5 6"), (M, "7 1"), (F, "800"), (P, "900")]),
    (351, &[(L, "2"), (M, "91 92 93 96"), (F, "800"), (S, "808 809"), (P, "6 7"), (V, "30"), (C, "70")]),
    (352, &[(L, "2 3 4 5 7 8 9"), (M, "6"), (F, "800"), (P, "90"), (S, "801"), (N, "70"), (V, "20")]),
    (353, &[(L, "1 2 4 5 6 7 9"), (M, "8"), (F, "1800"), (P, "15"), (S, "185 189"), (N, "700"), (V, "76"), (C, "818")]),
    (354, &[(L, "4 5"), (M, "6 7 8 3"), (F, "800"), (P, "90"), (V, "49")]),
    (356, &[(L, "2"), (M, "7 9"), (F, "800"), (P, "5")]),
    (357, &[(L, "2"), (M, "94 95 96 97 99"), (F, "800"), (P, "90"), (S, "801"), (N, "700"), (C, "50 77")]),
    (358, &[(L, "1 2 3 5 6 8 9"), (M, "4 50"), (F, "800"), (P, "600 700"), (C, "10 20 29 30 71 73 75")]),
    (359, &[(L, "2 3 4 5 6 7 8 9"), (M, "87 88 89 98 99 43 48"), (F, "800"), (P, "90"), (S, "700")]),
    (370, &[(L, "3 4 5"), (M, "6"), (F, "80"), (S, "808"), (P, "9"), (N, "70")]),
    (371, &[(L, "6"), (M, "2"), (F, "80"), (P, "90"), (S, "81")]),
    (372, &[(L, "3 4 6 7"), (M, "5 81 82 83 84"), (F, "800"), (P, "900"), (N, "70")]),
    (380, &[(L, "3 4 5 6"), (M, "39 50 63 66 67 68 73 91 92 93 94 95 96 97 98 99"), (F, "800"), (P, "900"), (V, "89")]),
    (381, &[(L, "1 2 3"), (M, "6"), (F, "800"), (P, "90 78"), (C, "7")]),
    (385, &[(L, "1 2 3 4 5"), (M, "9"), (F, "80"), (P, "6"), (N, "7"), (C, "62 72")]),
    (386, &[(L, "1 2 3 4 5 7"), (M, "30 31 40 41 51 64 65 68 69 70 71"), (F, "80"), (P, "90 89"), (V, "59 81 82 83")]),
    (420, &[(L, "2 3 4 5"), (M, "60 70 72 73 77 79"), (N, "700"), (F, "800"), (P, "90 96"), (S, "81 82 83 84"), (V, "91"), (C, "95 97 93")]),
    (421, &[(L, "2 3 4 5"), (M, "90 91 94 95"), (G, "909"), (F, "800"), (P, "900 97 98"), (S, "85"), (V, "6"), (C, "96")]),
    (852, &[(L, "2 3"), (M, "4 5 6 7 8 9"), (F, "800"), (P, "900"), (N, "81 82 83")]),
    (966, &[(L, "1"), (M, "5"), (F, "800"), (P, "925"), (S, "92"), (C, "811")]),
    (971, &[(L, "2 3 4 6 7 9"), (M, "5"), (F, "800"), (P, "900"), (S, "700"), (C, "600")]),
    (972, &[(L, "2 3 4 8 9"), (M, "5"), (V, "7"), (F, "180 80"), (P, "19"), (S, "170 159"), (C, "1")]),
];

/// NANP area codes of Canada (and non-geographic 600, 622).
const CANADA: &str = "204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 387 403 416 418 428 431 437 438 450 \
    460 468 474 506 514 519 537 548 568 579 581 584 587 600 604 613 622 633 639 644 647 655 672 677 683 688 705 709 742 \
    753 778 780 782 807 819 825 867 873 879 902 905 942";

/// NANP area codes outside the United States and Canada.
const ISLANDS: &[(&str, &str)] = &[
    ("AG", "268"),
    ("AI", "264"),
    ("AS", "684"),
    ("BB", "246"),
    ("BM", "441"),
    ("BS", "242"),
    ("DM", "767"),
    ("DO", "809 829 849"),
    ("GD", "473"),
    ("GU", "671"),
    ("JM", "876 658"),
    ("KN", "869"),
    ("KY", "345"),
    ("LC", "758"),
    ("MS", "664"),
    ("PR", "787 939"),
    ("SX", "721"),
    ("TC", "649"),
    ("TT", "868"),
    ("VC", "784"),
    ("VG", "284"),
    ("VI", "340"),
];

const NANP_TOLL_FREE: &str = "800 822 833 844 855 866 877 888";
const NANP_PREMIUM: &str = "900";
const NANP_PERSONAL: &str = "500 521 522 523 524 525 526 527 528 529 532 533 538 542 543 544 545 546 547 549 550 552 553 \
    554 556 566 569 577 578 588 589";

fn listed(list: &str, code: &str) -> bool {
    list.split(' ').any(|c| c == code)
}

/// The class of a national significant number under a calling code.
pub(super) fn class(calling_code: u16, national: &str) -> NumberClass {
    match calling_code {
        1 => nanp(national),
        7 => russia_and_kazakhstan(national),
        // Belgium: 04… is Liège with eight digits and a mobile with nine.
        32 if national.len() == 9 && national.starts_with('4') => M,
        // Brazil: after the two digits of the area, 9 and nine digits in all is a mobile, 2–5 a landline.
        55 if national.len() == 11 && national.as_bytes().get(2) == Some(&b'9') => M,
        55 if national.len() == 10 && national.as_bytes().get(2).is_some_and(|b| (b'2'..=b'5').contains(b)) => {
            longest(55, national, L)
        }
        code => longest(code, national, B),
    }
}

fn nanp(national: &str) -> NumberClass {
    let (Some(area), Some(exchange)) = (national.get(..3), national.get(3..6)) else {
        return B;
    };
    if listed(NANP_TOLL_FREE, area) {
        F
    } else if listed(NANP_PREMIUM, area) || exchange == "976" {
        P
    } else if listed(NANP_PERSONAL, area) {
        N
    } else {
        B
    }
}

fn russia_and_kazakhstan(national: &str) -> NumberClass {
    match national.get(..3) {
        Some("800") => F,
        Some("809" | "803") => P,
        Some(area) if area.starts_with('9') || area.starts_with("70") || area.starts_with("74") => M,
        Some(area) if area.starts_with("77") => M,
        Some(_) => L,
        None => B,
    }
}

fn longest(calling_code: u16, national: &str, otherwise: NumberClass) -> NumberClass {
    let Ok(at) = PLANS.binary_search_by_key(&calling_code, |(code, _)| *code) else {
        return otherwise;
    };
    let mut best = (0, otherwise);
    for (class, prefixes) in PLANS[at].1 {
        for prefix in prefixes.split(' ') {
            if prefix.len() > best.0 && national.starts_with(prefix) {
                best = (prefix.len(), *class);
            }
        }
    }
    best.1
}

/// Which country a number belongs to. Inside +1 the area code tells; an area code nobody has belongs to the United
/// States, whose reserve it is. Toll-free and other shared area codes have no country.
pub(super) fn country(calling_code: u16, national: &str) -> Option<Country> {
    if calling_code == 7 {
        let kazakh = national.starts_with('6') || national.starts_with('7');
        return Country::parse(if kazakh { "KZ" } else { "RU" });
    }
    if calling_code != 1 {
        return Country::of_calling_code(calling_code);
    }
    let area = national.get(..3)?;
    if listed(NANP_TOLL_FREE, area) || listed(NANP_PREMIUM, area) || listed(NANP_PERSONAL, area) {
        return None;
    }
    if listed(CANADA, area) {
        return Some(Country::CA);
    }
    match ISLANDS.iter().find(|(_, areas)| listed(areas, area)) {
        Some((iso, _)) => Country::parse(iso),
        None => Some(Country::US),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plans_are_sorted_by_calling_code() {
        assert!(PLANS.windows(2).all(|p| p[0].0 < p[1].0));
    }

    #[test]
    fn plans_tell_landlines_from_mobiles() {
        for (code, national, expected) in [
            (1, "5125550100", B),
            (1, "8005551234", F),
            (1, "9005551234", P),
            (44, "7911123456", M),
            (44, "2079460000", L),
            (44, "7012345678", N),
            (44, "7624123456", M),
            (44, "3001234567", C),
            (44, "9012345678", P),
            (33, "612345678", M),
            (33, "142345678", L),
            (33, "891234567", P),
            (49, "1711234567", M),
            (49, "3012345678", L),
            (49, "9001234567", P),
            (61, "412345678", M),
            (61, "291234567", L),
            (64, "211234567", M),
            (64, "91234567", L),
            (27, "821234567", M),
            (27, "111234567", L),
            (55, "11912345678", M),
            (55, "1132345678", L),
            (91, "9812345678", M),
            (52, "5512345678", B),
            (32, "470123456", M),
            (32, "42345678", L),
            (39, "3331234567", M),
            (39, "0612345678", L),
            (34, "612345678", M),
            (34, "912345678", L),
            (7, "9161234567", M),
            (999, "12345678", B),
        ] {
            assert_eq!(class(code, national), expected, "+{code} {national}");
        }
    }

    #[test]
    fn area_codes_tell_the_country_inside_plus_one() {
        for (national, iso) in [
            ("5125550100", Some("US")),
            ("5551234567", Some("US")),
            ("4165550123", Some("CA")),
            ("8765550123", Some("JM")),
            ("8095550123", Some("DO")),
            ("7875550123", Some("PR")),
            ("8005551234", None),
        ] {
            assert_eq!(country(1, national).map(Country::iso), iso, "{national}");
        }
    }
}
