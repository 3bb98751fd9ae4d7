//! Writing the demo's files.

use super::{
    cover::Season,
    scene::{Edge, Scene},
    terrain::Terrain,
};
use crate::{Error, access::Target, state::LayerSource};
use cog_writer::{BlockCompression, CogWriter, MemorySpill, WriteOptions};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Steps that [`make`] reports: per mille of the work.
pub(crate) const STEPS: u64 = 1000;

/// Says what is in the folder, and that it is complete.
const MANIFEST: &str = "demo.json";

/// Raised when the files would come out otherwise than before.
const VERSION: u32 = 1;

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Manifest {
    version: u32,
    scale: f64,
    files: Vec<(String, u64)>,
}

/// One file and how it is served.
struct Wanted {
    file: &'static str,
    name: &'static str,
    group: Option<&'static str>,
    time: Option<&'static str>,
    /// Share of the work, in per mille.
    steps: u64,
}

const fn wanted(file: &'static str, name: &'static str, steps: u64) -> Wanted {
    Wanted {
        file,
        name,
        group: None,
        time: None,
        steps,
    }
}

const fn dated(file: &'static str, name: &'static str, time: &'static str) -> Wanted {
    Wanted {
        group: Some("multispectral"),
        time: Some(time),
        ..wanted(file, name, 170)
    }
}

const FILES: [Wanted; 5] = [
    wanted("imagery.tif", "imagery", 240),
    dated(
        "multispectral_2024-04-12.tif",
        "multispectral-2024-04-12",
        "2024-04-12",
    ),
    dated(
        "multispectral_2024-07-21.tif",
        "multispectral-2024-07-21",
        "2024-07-21",
    ),
    dated(
        "multispectral_2024-10-09.tif",
        "multispectral-2024-10-09",
        "2024-10-09",
    ),
    wanted("terrain.tif", "terrain", 130),
];

/// Makes the files in `dir` unless they are there, and says how to serve them.
///
/// Each file appears under its name only when it is complete, so a run that was
/// killed leaves nothing that looks whole.
///
/// - `scale`: side lengths in pixels, as a share of the full size;
/// - `progress`: told the steps done, of [`STEPS`].
pub(crate) fn make(
    dir: &Path,
    scale: f64,
    fresh: bool,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<LayerSource>, Error> {
    fs::create_dir_all(dir)
        .map_err(|e| Error::failed(format_args!("{} cannot be made", dir.display()), &e))?;
    if fresh || !is_complete(dir, scale) {
        make_all(dir, scale, progress)?;
    }
    FILES
        .iter()
        .map(|wanted| {
            let path = dir.join(wanted.file);
            let path = path
                .canonicalize()
                .map_err(|e| Error::failed(path.display(), &e))?;
            Ok(LayerSource {
                target: Target::File(path),
                name: wanted.name.into(),
                group: wanted.group.map(str::to_owned),
                time: wanted.time.map(str::to_owned),
            })
        })
        .collect()
}

fn is_complete(dir: &Path, scale: f64) -> bool {
    let Ok(text) = fs::read(dir.join(MANIFEST)) else {
        return false;
    };
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&text) else {
        return false;
    };
    let same = |(file, bytes): &(String, u64)| {
        fs::metadata(dir.join(file)).is_ok_and(|metadata| metadata.len() == *bytes)
    };
    manifest.version == VERSION
        && manifest.scale == scale
        && manifest.files.len() == FILES.len()
        && FILES
            .iter()
            .all(|w| manifest.files.iter().any(|(file, _)| file == w.file))
        && manifest.files.iter().all(same)
}

fn make_all(dir: &Path, scale: f64, progress: &(dyn Fn(u64) + Sync)) -> Result<(), Error> {
    // The landscape is as fine as the finest picture of it needs.
    let cells = (3072.0 * scale).round().clamp(256.0, 6144.0) as usize;
    let terrain = Arc::new(Terrain::new(cells));
    progress(120);
    let mut files = Vec::new();
    for wanted in &FILES {
        let scene = scene(wanted, &terrain, scale)?;
        let bytes = write(&dir.join(wanted.file), &scene, wanted, progress)?;
        files.push((wanted.file.to_owned(), bytes));
    }
    let manifest = Manifest {
        version: VERSION,
        scale,
        files,
    };
    let text = serde_json::to_vec_pretty(&manifest)
        .map_err(|e| Error::failed("the demo's manifest cannot be written", &e))?;
    place(&dir.join(MANIFEST), |out| out.write_all(&text))
}

fn scene(wanted: &Wanted, terrain: &Arc<Terrain>, scale: f64) -> Result<Scene, Error> {
    match wanted.time {
        Some("2024-04-12") => {
            Scene::bands(terrain, scale, Season::SPRING, (152.0, 49.0), Edge::West)
        }
        Some("2024-07-21") => {
            Scene::bands(terrain, scale, Season::SUMMER, (146.0, 59.0), Edge::None)
        }
        Some(_) => Scene::bands(terrain, scale, Season::AUTUMN, (163.0, 36.0), Edge::East),
        None if wanted.file == "terrain.tif" => Scene::heights(terrain, scale),
        None => Scene::photograph(terrain, scale),
    }
}

fn write(
    path: &Path,
    scene: &Scene,
    wanted: &Wanted,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<u64, Error> {
    /// Rows made at a time: enough to keep every core busy, few enough to stay small.
    const STRIP: u32 = 256;
    let say = |e: &(dyn std::error::Error + 'static)| {
        Error::failed(format_args!("{} cannot be written", path.display()), e)
    };
    let compression = if scene.info.sample_type == cog_raster::SampleType::U8 {
        BlockCompression::Jpeg { quality: 88 }
    } else {
        BlockCompression::Deflate { level: 5 }
    };
    let options = WriteOptions::default()
        .with_block_size(256)
        .with_compression(compression);
    let mut writer =
        CogWriter::new(&scene.info, &options, MemorySpill::default()).map_err(|e| say(&e))?;
    let height = scene.info.height();
    let mut row = 0;
    while row < height {
        let count = STRIP.min(height - row);
        writer
            .push_rows(&scene.rows(row, count)?)
            .map_err(|e| say(&e))?;
        let done = |row: u32| wanted.steps * u64::from(row) / u64::from(height);
        progress(done(row + count) - done(row));
        row += count;
    }
    let mut bytes = 0;
    place(path, |out| {
        bytes = writer.finish(out).map_err(std::io::Error::other)?.bytes;
        Ok(())
    })?;
    Ok(bytes)
}

/// Writes a file beside its place and then moves it there, so that nobody sees half of it.
fn place(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<(), Error> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let beside: PathBuf = path.with_file_name(name);
    let result = File::create(&beside).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.into_inner()?.sync_all()?;
        fs::rename(&beside, path)
    });
    result.map_err(|e| {
        // The half file is of no use; that it cannot be removed adds nothing to the first error.
        let _ = fs::remove_file(&beside);
        Error::failed(format_args!("{} cannot be written", path.display()), &e)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn the_steps_add_up() {
        assert_eq!(120 + FILES.iter().map(|w| w.steps).sum::<u64>(), STEPS);
    }

    #[test]
    fn files_are_made_once_and_made_again_when_one_is_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let steps = AtomicU64::new(0);
        let make_now = || {
            make(dir.path(), 0.03, false, &|n| {
                steps.fetch_add(n, Ordering::Relaxed);
            })
            .unwrap()
        };
        let layers = make_now();
        assert_eq!(layers.len(), 5);
        assert_eq!(steps.load(Ordering::Relaxed), STEPS);
        let first = fs::read(dir.path().join("terrain.tif")).unwrap();
        make_now();
        assert_eq!(
            steps.load(Ordering::Relaxed),
            STEPS,
            "nothing was made anew"
        );
        fs::write(dir.path().join("terrain.tif"), b"cut").unwrap();
        make_now();
        assert_eq!(fs::read(dir.path().join("terrain.tif")).unwrap(), first);
        let left: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .filter(|e| {
                e.as_ref()
                    .unwrap()
                    .file_name()
                    .to_string_lossy()
                    .ends_with("part")
            })
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
