//! `cargo xtask compare titiler --speed`: requests per second of both servers under the same load.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::process::{capture, cargo, not_started, run};
use crate::tools::Tools;
use crate::workspace::{root, target_folder};

/// Requests under way at the same time.
const CONNECTIONS: usize = 16;

/// How long each kind of file is asked for.
const TIME: Duration = Duration::from_secs(10);

/// Both servers' workers.
const CORES: &str = "2";

/// A tile, as `compare-tiles make` prints it: the place around which tiles are asked for.
#[derive(Debug, Deserialize)]
struct Job {
    file: PathBuf,
    z: i8,
    x: u32,
    y: u32,
    resampling: String,
    rescale: Option<Vec<(f64, f64)>>,
}

/// What a server did with one kind of file.
#[derive(Debug)]
struct Measured {
    per_second: f64,
    /// Seconds within which half of the answers came.
    median: f64,
    /// Seconds within which 99 of 100 came.
    slow: f64,
    /// Answers that were no tile.
    failed: usize,
}

/// Sends the same tiles to both, one server after the other, and prints the ratios.
///
/// # Errors
///
/// If a server cannot be built or started, or a request fails.
pub(crate) fn speed() -> Result<()> {
    let tools = Tools::open()?;
    let python = tools.oracles()?.python;
    let target = target_folder()?;
    let build = |package: &str, binary: &str| {
        run(cargo().args(["build", "--release", "-p", package, "--bin", binary]))
    };
    build("benches", "compare-tiles")?;
    build("server-example", "smalti")?;
    let folder = target.join("compare");
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let list = capture(
        Command::new(target.join("release/compare-tiles"))
            .arg("make")
            .arg(&folder),
    )?;
    let jobs: Vec<Job> = serde_json::from_str(&list).context("the list of tiles")?;
    let kinds = requests(&jobs);

    let mut smalti = Command::new(target.join("release/smalti"));
    smalti
        .args([
            "serve",
            "--port",
            "0",
            "--log-level",
            "error",
            "--threads",
            CORES,
            // TiTiler draws every tile anew.
            "--picture-cache-mb",
            "0",
        ])
        .arg(&folder);
    let (ours, our_memory) = measure(Server::smalti(&mut smalti)?, &kinds)?;
    let (theirs, their_memory) = measure(Server::titiler(&python)?, &kinds)?;

    println!(
        "\n{CONNECTIONS} connections, {CORES} workers each, {} s a row, PNG, every tile asked for before.\n",
        TIME.as_secs()
    );
    println!("| file | requests/s | theirs | ratio | p50 ms | theirs | p99 ms | theirs |");
    println!("|---|---|---|---|---|---|---|---|");
    for (name, a) in &ours {
        let b = &theirs[name];
        ensure!(a.failed == 0 && b.failed == 0, "{name}: {a:?}, {b:?}");
        println!(
            "| {name} | {:.0} | {:.0} | {:.1} × | {:.1} | {:.1} | {:.1} | {:.1} |",
            a.per_second,
            b.per_second,
            a.per_second / b.per_second,
            a.median * 1e3,
            b.median * 1e3,
            a.slow * 1e3,
            b.slow * 1e3,
        );
    }
    println!(
        "\nmemory after that: {} MiB, theirs {} MiB, ratio {:.2}",
        our_memory >> 10,
        their_memory >> 10,
        our_memory as f64 / their_memory as f64
    );
    Ok(())
}

/// The paths to ask for, by the file's name: the tiles around each job's.
fn requests(jobs: &[Job]) -> BTreeMap<String, Vec<String>> {
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for job in jobs {
        let name = job
            .file
            .file_stem()
            .unwrap_or_default()
            .display()
            .to_string();
        let rescale: String = job
            .rescale
            .iter()
            .flatten()
            .map(|(low, high)| format!("&rescale={low},{high}"))
            .collect();
        // As many as a screen holds, and all of them on the file.
        let around = 1_u32 << (job.z - 12).clamp(0, 2);
        for x in job.x..job.x + around {
            for y in job.y..job.y + around {
                kinds.entry(name.clone()).or_default().push(format!(
                    "/cog/tiles/WebMercatorQuad/{}/{x}/{y}.png?url={}&resampling={r}&reproject={r}{rescale}",
                    job.z,
                    job.file.display(),
                    r = job.resampling,
                ));
            }
        }
    }
    kinds
}

/// The load on every kind of file, and then the server's memory in KiB.
fn measure(
    server: Server,
    kinds: &BTreeMap<String, Vec<String>>,
) -> Result<(BTreeMap<String, Measured>, u64)> {
    let mut measured = BTreeMap::new();
    for (name, paths) in kinds {
        // Once before, so that no side is measured while it opens files or starts workers.
        load(&server.url, paths, Until::Once)?;
        measured.insert(name.clone(), load(&server.url, paths, Until::Over(TIME))?);
    }
    let memory = resident(server.child.id());
    Ok((measured, memory))
}

/// How long a load goes on.
#[derive(Clone, Copy)]
enum Until {
    Once,
    Over(Duration),
}

/// Asks for the paths in turn, on so many connections.
fn load(url: &str, paths: &[String], until: Until) -> Result<Measured> {
    let next = AtomicUsize::new(0);
    let failed = AtomicUsize::new(0);
    let start = Instant::now();
    let mut seconds: Vec<f64> = std::thread::scope(|scope| {
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(|| {
                    let config = ureq::Agent::config_builder()
                        .http_status_as_error(false)
                        .timeout_global(Some(Duration::from_secs(60)))
                        .build();
                    let agent = ureq::Agent::from(config);
                    let mut seconds = Vec::new();
                    loop {
                        let turn = next.fetch_add(1, Ordering::Relaxed);
                        let over = match until {
                            Until::Once => turn >= paths.len(),
                            Until::Over(time) => start.elapsed() >= time,
                        };
                        if over {
                            return seconds;
                        }
                        let asked = Instant::now();
                        if !tile(&agent, &format!("{url}{}", paths[turn % paths.len()])) {
                            failed.fetch_add(1, Ordering::Relaxed);
                        }
                        seconds.push(asked.elapsed().as_secs_f64());
                    }
                })
            })
            .collect();
        connections
            .into_iter()
            .flat_map(|connection| connection.join().unwrap_or_default())
            .collect()
    });
    let took = start.elapsed().as_secs_f64();
    ensure!(!seconds.is_empty(), "no request was answered");
    seconds.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| seconds[((seconds.len() - 1) as f64 * share) as usize];
    Ok(Measured {
        per_second: seconds.len() as f64 / took,
        median: at(0.5),
        slow: at(0.99),
        failed: failed.into_inner(),
    })
}

/// Whether a tile came.
fn tile(agent: &ureq::Agent, url: &str) -> bool {
    let Ok(mut response) = agent.get(url).call() else {
        return false;
    };
    let mut body = Vec::new();
    let read = response.body_mut().as_reader().read_to_end(&mut body);
    response.status() == 200 && read.is_ok() && body.starts_with(b"\x89PNG")
}

/// Memory of a process and of those that it started, in KiB; what is shared counts for each.
fn resident(id: u32) -> u64 {
    let field = |status: &str, name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    let read = |id: u32| std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
    let below: u64 = children
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .map(resident)
        .sum();
    field(&read(id), "VmRSS:").unwrap_or(0) + below
}

/// A server that ends with the value.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn smalti(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| not_started(command, error))?;
        let output = child.stdout.take().context("the output was asked for")?;
        let mut server = Self {
            child,
            url: String::new(),
        };
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let url = line.trim().strip_prefix("listening on ");
        server.url = url
            .with_context(|| format!("smalti printed `{line}`"))?
            .trim_end_matches('/')
            .to_owned();
        Ok(server)
    }

    /// TiTiler as it is deployed, with GDAL told what its documentation advises.
    fn titiler(python: &Path) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new(python);
        command
            .args(["-m", "uvicorn", "titiler.application.main:app"])
            .args([
                "--workers",
                CORES,
                "--log-level",
                "critical",
                "--no-access-log",
            ])
            .args(["--port", &port.to_string()])
            .envs([
                ("GDAL_CACHEMAX", "200"),
                ("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR"),
                ("VSI_CACHE", "TRUE"),
                ("VSI_CACHE_SIZE", "5000000"),
            ])
            .current_dir(root());
        let child = command
            .spawn()
            .map_err(|error| not_started(&command, error))?;
        let mut server = Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
        };
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(60) {
            ensure!(server.child.try_wait()?.is_none(), "TiTiler ended at once");
            if ureq::get(format!("{}/healthz", server.url)).call().is_ok() {
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        anyhow::bail!("TiTiler does not answer")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // uvicorn ends its workers when it is asked to end, not when it is killed.
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::{Job, requests};

    #[test]
    fn finer_zooms_have_more_tiles() {
        let job = |z, resampling: &str| Job {
            file: "/a/dem.tif".into(),
            z,
            x: 10,
            y: 20,
            resampling: resampling.into(),
            rescale: Some(vec![(0.0, 9.0)]),
        };
        let kinds = requests(&[job(12, "nearest"), job(14, "bilinear")]);
        let paths = &kinds["dem"];
        assert_eq!(paths.len(), 1 + 16);
        assert_eq!(
            paths[0],
            "/cog/tiles/WebMercatorQuad/12/10/20.png?url=/a/dem.tif&resampling=nearest&reproject=nearest&rescale=0,9"
        );
        assert!(paths[16].contains("/14/13/23.png"));
    }
}
