//! The Deflate encoder beside `flate2` with `zlib-rs`: size and processor time on blocks as rasters have them.
//!
//! ```sh
//! cargo run --release -p cog-codec --example deflate
//! ```
//!
//! Times are of the thread on the processor, where Linux tells them, so that other programs disturb little.

use cog_codec::{BlockLayout, Compression, EncodeOptions, SampleFormat, encode_block};
use cog_raster::Samples;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// Columns and rows of a block.
const SIDE: usize = 512;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "| block | level | size | of zlib-rs | MB/s | of zlib-rs |\n|---|---|---|---|---|---|"
    );
    let blocks = [
        ("uint16, noise of 40, differences", noisy()),
        ("int16, smooth, differences", smooth()),
        ("uint8, classes", classes()),
        ("uint8, random", random(SIDE * SIDE)),
    ];
    for (name, block) in blocks {
        let layout = BlockLayout::new(u32::try_from(block.len())?, 1, 1, 8, SampleFormat::Unsigned)
            .with_compression(Compression::DEFLATE);
        let samples = Samples::U8(block.clone());
        for level in [1, 3, 6, 9] {
            let options = EncodeOptions::default().with_level(level);
            let (ours, our_time) = timed(|| encode_block(&layout, &samples, &options))?;
            let (theirs, their_time) = timed(|| {
                let level = flate2::Compression::new(u32::from(level));
                let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
                encoder.write_all(&block)?;
                encoder.finish()
            })?;
            let share = |bytes: usize| bytes as f64 / block.len() as f64;
            let speed = |time: Duration| block.len() as f64 / 1e6 / time.as_secs_f64();
            println!(
                "| {name} | {level} | {:.3} | {:.3} | {:.0} | {:.0} |",
                share(ours.len()),
                share(theirs.len()),
                speed(our_time),
                speed(their_time),
            );
        }
    }
    Ok(())
}

/// What a function gives, and the processor time of a run: the mean of as many as take half a second.
fn timed<E>(mut run: impl FnMut() -> Result<Vec<u8>, E>) -> Result<(Vec<u8>, Duration), E> {
    // The kernel counts in steps of some milliseconds.
    const ENOUGH: Duration = Duration::from_millis(500);
    let (wall, before, mut runs) = (Instant::now(), on_processor(), 0);
    loop {
        let bytes = run()?;
        runs += 1;
        let time = match (before, on_processor()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => wall.elapsed(),
        };
        if time >= ENOUGH {
            return Ok((bytes, time / runs));
        }
    }
}

fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

/// Reproducible noise.
fn random(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// Differences along rows of 16-bit numbers, as predictor 2 has them, little-endian.
fn differences(value: impl Fn(usize, usize) -> f64) -> Vec<u8> {
    let mut out = Vec::with_capacity(SIDE * SIDE * 2);
    for row in 0..SIDE {
        let mut before = 0_u16;
        for column in 0..SIDE {
            // From 0 to a few thousand.
            let value = value(row, column) as u16;
            out.extend_from_slice(&value.wrapping_sub(before).to_le_bytes());
            before = value;
        }
    }
    out
}

fn hills(row: usize, column: usize) -> f64 {
    1800.0 + 700.0 * (row as f64 / 83.0).sin() * (column as f64 / 131.0).cos()
}

/// Hills under noise with a standard deviation of 40, as satellites' bands have.
fn noisy() -> Vec<u8> {
    let noise = random(SIDE * SIDE * 12);
    // The sum of twelve uniform numbers is nearly normal, with a variance of one.
    let normal = |at: usize| {
        noise[at * 12..at * 12 + 12]
            .iter()
            .map(|&v| f64::from(v) / 255.0)
            .sum::<f64>()
            - 6.0
    };
    differences(|row, column| hills(row, column) + 40.0 * normal(row * SIDE + column))
}

fn smooth() -> Vec<u8> {
    differences(hills)
}

/// Few values in patches.
fn classes() -> Vec<u8> {
    let class = |at: usize| {
        let (row, column) = (at / SIDE, at % SIDE);
        let wave = (row as f64 / 29.0).sin()
            + (column as f64 / 17.0).cos()
            + ((row * column) as f64 / 3e4).sin();
        (wave * 3.0 + 9.0) as u8
    };
    (0..SIDE * SIDE).map(class).collect()
}
