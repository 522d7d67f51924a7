//! What strangers send, replayed: every input that fuzzing kept, through the same bodies that fuzzing runs.
//!
//! The bodies in [`targets`] hold the laws (any split yields the same lines, what decodes encodes back, an opt-out word is
//! never relayed); `corpus/TARGET/` holds small inputs that reach far, and every one that once broke a law. README.md of
//! this folder says how to fuzz.

mod targets;

use std::path::Path;

/// Inputs of a committed corpus are small: a big one says nothing that a small one can't.
const INPUT_OCTETS_MAX: usize = 4096;

fn replay(name: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(name);
    let mut inputs: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    inputs.sort();
    assert!(inputs.len() >= 5, "{} holds too little", folder.display());
    for path in inputs {
        let input = std::fs::read(&path).unwrap();
        assert!(input.len() <= INPUT_OCTETS_MAX, "{} is too big", path.display());
        let result = std::panic::catch_unwind(|| body(&input));
        assert!(result.is_ok(), "{} breaks a law of {name}", path.display());
    }
}

/// Inputs made from a seed, so that a law is also tried on what nobody kept: the corpus with octets changed, cut, joined.
fn shake(name: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(name);
    let mut kept: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    kept.sort();
    let kept: Vec<Vec<u8>> = kept.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = move |below: usize| {
        // SplitMix64: small, and the same everywhere.
        seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    for round in 0..SHAKES {
        let mut input = kept[draw(kept.len())].clone();
        for _ in 0..=draw(4) {
            let at = draw(input.len());
            match draw(4) {
                0 if !input.is_empty() => input[at] = u8::try_from(draw(256)).unwrap(),
                1 => input.truncate(at),
                2 => input.insert(at.min(input.len()), u8::try_from(draw(256)).unwrap()),
                _ => {
                    let other = &kept[draw(kept.len())];
                    input.extend_from_slice(&other[draw(other.len())..]);
                }
            }
        }
        input.truncate(INPUT_OCTETS_MAX);
        let result = std::panic::catch_unwind(|| body(&input));
        assert!(result.is_ok(), "round {round} breaks a law of {name}: {input:02X?}");
    }
}

/// Shaken inputs per target and test run: a second's work, unoptimised.
const SHAKES: usize = 2_000;

macro_rules! targets {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[test]
            fn every_input_kept_from_fuzzing_holds_its_laws() {
                super::replay(stringify!($name), super::targets::$name);
            }

            #[test]
            fn inputs_shaken_from_a_seed_hold_its_laws() {
                super::shake(stringify!($name), super::targets::$name);
            }
        }
    )+

        /// The fuzzing package builds these targets and no other: none is forgotten, none is stale.
        #[test]
        fn every_target_has_its_fuzzer_and_its_corpus() {
            let names = [$(stringify!($name)),+];
            for folder in ["fuzz_targets", "corpus"] {
                let mut there: Vec<String> =
                    std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(folder))
                        .unwrap()
                        .map(|entry| entry.unwrap().file_name().to_string_lossy().trim_end_matches(".rs").to_owned())
                        .collect();
                there.sort();
                let mut wanted: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
                wanted.sort();
                assert_eq!(there, wanted, "tests/fuzz/{folder}");
            }
            let manifest = include_str!("Cargo.toml");
            for name in names {
                assert!(manifest.contains(&format!("name = \"{name}\"")), "tests/fuzz/Cargo.toml has no [[bin]] {name}");
            }
        }
    };
}

targets!(engine, line, pdu, owner, consent, config, template, transcript);
