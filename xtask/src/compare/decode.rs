//! `cargo xtask compare decode`: whole files, decoded by Smalti and by GDAL.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::json;

use super::mean::geometric_mean;
use crate::process::{capture, cargo, not_started, run};
use crate::tools::Tools;
use crate::workspace::{root, target_folder};

/// A row, as `compare-decode make` prints it.
#[derive(Debug, Deserialize)]
struct Row {
    name: String,
    file: PathBuf,
    exact: bool,
}

/// What either side answers to an order.
#[derive(Debug, Deserialize)]
struct Answer {
    wall: f64,
    cpu: f64,
    checksum: Option<u32>,
    oracle: Option<String>,
}

/// Seconds, the best of all rounds.
#[derive(Clone, Copy, Debug)]
struct Best {
    wall: f64,
    cpu: f64,
}

impl Best {
    const NONE: Self = Self {
        wall: f64::INFINITY,
        cpu: f64::INFINITY,
    };

    fn take(&mut self, answer: &Answer) {
        self.wall = self.wall.min(answer.wall);
        self.cpu = self.cpu.min(answer.cpu);
    }
}

/// One row's measurements: with one thread, then with all.
#[derive(Clone, Copy, Debug)]
struct Measured {
    ours: [Best; 2],
    theirs: [Best; 2],
}

/// Both sides' threads: one, then one for each core.
const THREADS: [usize; 2] = [1, 0];

/// Time for one row, all rounds; three rounds are made in any case.
const PER_ROW: Duration = Duration::from_secs(5);
const ROUNDS: std::ops::Range<usize> = 3..15;

/// Compressions that are to be as fast as GDAL's: rows whose names start so.
const TARGETS: [&str; 6] = ["deflate", "lzw", "zstd", "jpeg", "webp", "lerc"];

/// Decodes every file on both sides in turns and prints the ratios.
///
/// `at_least`: the geometric mean of a target's CPU ratios with one thread below which the command fails.
///
/// # Errors
///
/// If a side cannot be built or run, samples differ that must not, or a mean stays below `at_least`.
pub(crate) fn decode(at_least: Option<f64>, names: &[String]) -> Result<()> {
    let tools = Tools::open()?;
    let python = tools.oracles()?.python;
    let target = target_folder()?;
    run(cargo().args([
        "build",
        "--release",
        "-p",
        "benches",
        "--bin",
        "compare-decode",
    ]))?;
    let binary = target.join("release/compare-decode");
    let script = root().join("benches/compare/decode.py");
    let folder = target.join("compare/decode");
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;

    let list = capture(Command::new(&binary).arg("make").arg(&folder).args(names))?;
    let rows: Vec<Row> = serde_json::from_str(&list).context("the list of rows")?;
    let mut maker = Side::start(Command::new(&python).arg(&script).arg("make"))?;
    maker.input.write_all(list.as_bytes())?;
    maker.end().context("writing the files")?;

    let mut ours = Side::start(Command::new(&binary).arg("run"))?;
    let mut theirs = Side::start(Command::new(&python).arg(&script).arg("run"))?;
    let mut measured = Vec::with_capacity(rows.len());
    let mut oracle = String::new();
    for row in &rows {
        // Also brings the file into the page cache.
        let (our, their) = (ours.order(row, 1, true)?, theirs.order(row, 1, true)?);
        ensure!(
            !row.exact || our.checksum == their.checksum,
            "{}: the samples differ from GDAL's",
            row.name
        );
        oracle = their.oracle.unwrap_or(oracle);
        measured.push(measure(&mut ours, &mut theirs, row)?);
        eprintln!("{}", line(row, measured.last().context("just pushed")?));
    }
    ours.end()?;
    theirs.end()?;
    print(&rows, &measured, &oracle);
    for compression in TARGETS {
        let mean = mean(&rows, &measured, compression, |best| best[0].cpu);
        if let (Some(mean), Some(at_least)) = (mean, at_least) {
            ensure!(
                mean >= at_least,
                "{compression}: {mean:.2} times GDAL's speed, wanted {at_least}"
            );
        }
    }
    Ok(())
}

/// A process that answers orders, a line each.
struct Side {
    name: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Side {
    fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| not_started(command, error))?;
        Ok(Self {
            name: command.get_program().display().to_string(),
            input: child.stdin.take().context("a pipe")?,
            output: BufReader::new(child.stdout.take().context("a pipe")?),
            child,
        })
    }

    fn order(&mut self, row: &Row, threads: usize, check: bool) -> Result<Answer> {
        let order = json!({ "file": row.file, "threads": threads, "check": check });
        writeln!(self.input, "{order}")?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line).with_context(|| format!("{}: {}", row.name, self.name))
    }

    /// Waits for the end.
    fn end(mut self) -> Result<()> {
        drop(self.input);
        let status = self.child.wait()?;
        ensure!(status.success(), "`{}` failed: {status}", self.name);
        Ok(())
    }
}

fn measure(ours: &mut Side, theirs: &mut Side, row: &Row) -> Result<Measured> {
    let mut best = Measured {
        ours: [Best::NONE; 2],
        theirs: [Best::NONE; 2],
    };
    let start = Instant::now();
    for round in 0..ROUNDS.end {
        if round >= ROUNDS.start && start.elapsed() > PER_ROW {
            break;
        }
        for (at, threads) in THREADS.into_iter().enumerate() {
            best.ours[at].take(&ours.order(row, threads, false)?);
            best.theirs[at].take(&theirs.order(row, threads, false)?);
        }
    }
    Ok(best)
}

fn line(row: &Row, measured: &Measured) -> String {
    let ms = |seconds: f64| seconds * 1000.0;
    let ([our, our_all], [their, their_all]) = (measured.ours, measured.theirs);
    format!(
        "| {} | {:.0} | {:.0} | {:.2} × | {:.2} × | {:.0} | {:.0} | {:.2} × | {:.2} × |",
        row.name,
        ms(our.cpu),
        ms(their.cpu),
        their.cpu / our.cpu,
        their.wall / our.wall,
        ms(our_all.wall),
        ms(their_all.wall),
        their_all.wall / our_all.wall,
        our.wall / our_all.wall,
    )
}

fn print(rows: &[Row], measured: &[Measured], oracle: &str) {
    println!(
        "\nMilliseconds for 4096 × 4096 pixels in blocks of 512 × 512, opened anew, from the page cache; best of all\n\
         rounds; against {oracle}. one: one thread; all: one for each core.\n\n\
         | row | one, CPU | GDAL's | ratio | ratio of wall time | all, wall | GDAL's | ratio | our gain by all threads |\n\
         |---|---|---|---|---|---|---|---|---|"
    );
    for (row, measured) in rows.iter().zip(measured) {
        println!("{}", line(row, measured));
    }
    println!("\n| geometric mean | one, CPU | one, wall | all, wall | our gain by all threads |");
    println!("|---|---|---|---|---|");
    for compression in TARGETS {
        let of = |time: fn(&[Best; 2]) -> f64| mean(rows, measured, compression, time);
        let (Some(cpu), Some(wall), Some(all)) =
            (of(|b| b[0].cpu), of(|b| b[0].wall), of(|b| b[1].wall))
        else {
            continue;
        };
        let of = |index: usize| -> Vec<f64> {
            chosen(rows, measured, compression)
                .map(|measured| measured.ours[index].wall)
                .collect()
        };
        let gain = geometric_mean(&of(1), &of(0));
        println!("| {compression} | {cpu:.2} × | {wall:.2} × | {all:.2} × | {gain:.2} × |");
    }
}

fn chosen<'a>(
    rows: &'a [Row],
    measured: &'a [Measured],
    compression: &'a str,
) -> impl Iterator<Item = &'a Measured> {
    let of = move |(row, _): &(&Row, _)| row.name.starts_with(compression);
    rows.iter().zip(measured).filter(of).map(|(_, m)| m)
}

/// How many times faster than GDAL, over one compression's rows; `None` if there are none.
fn mean(
    rows: &[Row],
    measured: &[Measured],
    compression: &str,
    time: impl Fn(&[Best; 2]) -> f64,
) -> Option<f64> {
    let (ours, theirs): (Vec<f64>, Vec<f64>) = chosen(rows, measured, compression)
        .map(|m| (time(&m.ours), time(&m.theirs)))
        .unzip();
    (!ours.is_empty()).then(|| geometric_mean(&ours, &theirs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_over_one_compression() {
        let row = |name: &str| Row {
            name: name.into(),
            file: PathBuf::new(),
            exact: true,
        };
        let best = |wall: f64| Best { wall, cpu: wall };
        let measured = |ours: f64, theirs: f64| Measured {
            ours: [best(ours); 2],
            theirs: [best(theirs); 2],
        };
        let rows = [row("lzw-p1/rgb"), row("zstd-p1/rgb"), row("lzw-p2/u16")];
        let times = [measured(1.0, 2.0), measured(1.0, 100.0), measured(1.0, 8.0)];
        let lzw = mean(&rows, &times, "lzw", |best| best[0].wall).unwrap();
        assert!((lzw - 4.0).abs() < 1e-12);
        assert_eq!(mean(&rows, &times, "jpeg", |best| best[0].wall), None);
    }
}
