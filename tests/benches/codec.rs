//! Throughput of what runs for every byte and every text: framer and engine, line parsers, PDU codec.
//!
//! `cargo bench --bench codec`. Each figure is the best of several passes in one run: machines are noisy, compare ratios.

use std::hint::black_box;
use std::time::{Duration, Instant};
use textback::at;
use textback::sms;

const PASSES: u32 = 7;
const PASS: Duration = Duration::from_millis(200);

/// One part of GSM-7 with a service centre and a concatenation header.
const DELIVER: &str = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07";

fn main() {
    let text =
        "Sorry we missed you - this is Hill Country Plumbing. What can we help with? Happy to sort it out by text.";
    let long = "Água à volta do esquentador, está a pingar 💧 desde ontem à noite e já chegou ao corredor. ".repeat(5);
    let pdu = sms::hex::decode(DELIVER).expect("a good PDU");

    per_second("PDU decode", "texts", 1, || {
        black_box(sms::decode(black_box(&pdu)).is_ok());
    });
    let options = sms::SegmentOptions::new(sms::ConcatReference::Eight(1));
    per_second("segment one GSM-7 part", "texts", 1, || {
        black_box(sms::segment(black_box(text), options).is_ok());
    });
    per_second("segment UCS-2, many parts", "texts", 1, || {
        black_box(sms::segment(black_box(&long), options).is_ok());
    });

    let at = Instant::now();
    let call = "\r\nRING\r\n\r\n+CLIP: \"+15125557788\",145,,,,0\r\n\r\nNO CARRIER\r\n\r\n+CREG: 1,\"00C3\",\"0000A1B2\",7\r\n".repeat(64);
    let mut engine = at::Engine::new();
    per_second("engine, whole reads", "MB", call.len(), || {
        engine.receive(call.as_bytes(), at);
        while let Some(event) = engine.poll_event() {
            black_box(event);
        }
    });
    per_second("engine, byte by byte", "MB", call.len(), || {
        for byte in call.as_bytes().chunks(1) {
            engine.receive(byte, at);
        }
        while let Some(event) = engine.poll_event() {
            black_box(event);
        }
    });
}

/// Prints how many units (or octets, as MB) of `work` fit in a second.
fn per_second(name: &str, unit: &str, each: usize, mut work: impl FnMut()) {
    let mut best = 0.0_f64;
    for _ in 0..PASSES {
        let started = Instant::now();
        let mut done = 0_usize;
        while started.elapsed() < PASS {
            for _ in 0..16 {
                work();
            }
            done += 16 * each;
        }
        best = best.max(done as f64 / started.elapsed().as_secs_f64());
    }
    let scaled = if unit == "MB" { best / 1e6 } else { best };
    println!("{name:<28} {scaled:>14.1} {unit}/s");
}
