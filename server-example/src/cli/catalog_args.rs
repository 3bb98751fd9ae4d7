//! The grammar of the commands that deal with keyed datasets.

use super::SourceArgs;
use crate::state::{EmptyTile, OWN_ORIGINS};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How a database is reached.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct DatabaseArgs {
    /// What keeps the datasets: sqlite, sqlite-remote, mysql or postgresql; by default told by the address.
    #[arg(long, value_name = "PROVIDER", env = "SMALTI_DATABASE_PROVIDER")]
    pub database_provider: Option<String>,
    /// User of a database whose address names none.
    #[arg(long, env = "SMALTI_SQL_USER")]
    pub sql_user: Option<String>,
    /// Password of a database whose address has none.
    #[arg(long, env = "SMALTI_SQL_PASSWORD", hide_env_values = true)]
    pub sql_password: Option<String>,
    /// Seconds that connecting to a database may take.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 10,
        env = "SMALTI_DATABASE_TIMEOUT"
    )]
    pub database_timeout: u64,
    /// Folder for copies of databases that lie in a bucket or behind HTTP; by default one under the system's folder for temporary files.
    #[arg(long, value_name = "DIR", env = "SMALTI_DATABASE_CACHE_DIR")]
    pub database_cache_dir: Option<PathBuf>,
    /// Seconds after which such a database is looked at for changes.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 600,
        env = "SMALTI_DATABASE_CACHE_TTL"
    )]
    pub database_cache_ttl: u64,
}

/// How S3 is reached where the environment (AWS_*) does not say.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct StoreArgs {
    /// Access key for S3.
    #[arg(
        long,
        value_name = "KEY",
        env = "SMALTI_S3_ACCESS_KEY",
        hide_env_values = true
    )]
    pub s3_access_key: Option<String>,
    /// Secret key for S3.
    #[arg(
        long,
        value_name = "KEY",
        env = "SMALTI_S3_SECRET_KEY",
        hide_env_values = true
    )]
    pub s3_secret_key: Option<String>,
    /// Address of a server that speaks S3, e.g. `http://localhost:9000`.
    #[arg(long, value_name = "URL", env = "SMALTI_S3_ENDPOINT")]
    pub s3_endpoint: Option<String>,
}

/// How keyed datasets are answered: Terracotta's settings.
#[derive(Args, Clone, Debug)]
#[non_exhaustive]
pub struct TerracottaArgs {
    /// Rows and columns of a keyed dataset's tile where a request does not say.
    #[arg(long, value_name = "ROWS,COLUMNS", default_value = "256,256", env = "SMALTI_TILE_SIZE", value_parser = pair)]
    pub tile_size: (u32, u32),
    /// Rows and columns that are read for metadata that are first asked for by a request.
    #[arg(long, value_name = "ROWS,COLUMNS", default_value = "1024,1024", env = "SMALTI_LAZY_SHAPE", value_parser = pair)]
    pub lazy_shape: (u32, u32),
    /// Kernel that makes keyed datasets' pixels smaller.
    #[arg(
        long,
        value_enum,
        value_name = "KERNEL",
        default_value = "average",
        env = "SMALTI_RESAMPLING_METHOD"
    )]
    pub resampling_method: Kernel,
    /// Kernel between a keyed dataset's CRS and the map's.
    #[arg(
        long,
        value_enum,
        value_name = "KERNEL",
        default_value = "linear",
        env = "SMALTI_REPROJECTION_METHOD"
    )]
    pub reprojection_method: Kernel,
    /// How much keyed datasets' PNGs are compressed: 0 not at all, 9 as much as possible.
    #[arg(long, value_name = "LEVEL", default_value_t = 1, env = "SMALTI_PNG_LEVEL", value_parser = clap::value_parser!(u8).range(0..=9))]
    pub png_level: u8,
    /// Origin whose pages may ask for keys, datasets and metadata: `*`, a name or a regular expression; repeatable.
    #[arg(
        long = "metadata-origin",
        id = "metadata_origins",
        value_name = "ORIGIN",
        default_value = "*",
        env = "SMALTI_METADATA_ORIGIN",
        value_delimiter = ' '
    )]
    pub metadata_origins: Vec<String>,
    /// Origin whose pages may ask for keyed datasets' tiles; repeatable.
    #[arg(
        long = "tile-origin",
        id = "tile_origins",
        value_name = "ORIGIN",
        default_value = OWN_ORIGINS,
        env = "SMALTI_TILE_ORIGIN",
        value_delimiter = ' '
    )]
    pub tile_origins: Vec<String>,
    /// Datasets of which one POST /metadata may ask.
    #[arg(long, value_name = "NUMBER", default_value_t = 100, env = "SMALTI_MAX_METADATA_KEYS", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_metadata_keys: u64,
    /// What a keyed dataset's tile is where there is nothing: a transparent picture, 204 and no picture, or 404.
    #[arg(
        long,
        value_enum,
        value_name = "ANSWER",
        default_value = "picture",
        env = "SMALTI_EMPTY_TILE"
    )]
    pub empty_tile: Empty,
    /// Count percentiles of stretch ranges as Terracotta does, whose p2 is the third one.
    #[arg(long, env = "SMALTI_PERCENTILES_AS_TERRACOTTA", value_parser = clap::builder::BoolishValueParser::new(), action = clap::ArgAction::SetTrue)]
    pub percentiles_as_terracotta: bool,
}

/// How a tile is answered where there is nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[non_exhaustive]
pub enum Empty {
    /// 200 and a transparent picture.
    Picture,
    /// 204 and no picture.
    #[value(name = "204")]
    NoContent,
    /// 404 and a message.
    #[value(name = "404")]
    NotFound,
}

impl From<Empty> for EmptyTile {
    fn from(empty: Empty) -> Self {
        match empty {
            Empty::Picture => Self::Picture,
            Empty::NoContent => Self::NoContent,
            Empty::NotFound => Self::NotFound,
        }
    }
}

/// Terracotta's names of kernels.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[non_exhaustive]
pub enum Kernel {
    /// The nearest pixel.
    Nearest,
    /// Between the nearest four.
    #[value(alias = "bilinear")]
    Linear,
    /// Between the nearest sixteen.
    Cubic,
    /// The mean of all below.
    Average,
}

impl From<Kernel> for cog_render::Resampling {
    fn from(kernel: Kernel) -> Self {
        match kernel {
            Kernel::Nearest => Self::Nearest,
            Kernel::Linear => Self::Bilinear,
            Kernel::Cubic => Self::Cubic,
            Kernel::Average => Self::Average,
        }
    }
}

/// `smalti ingest`
#[derive(Args, Debug)]
#[command(
    after_help = "The pattern is of absolute paths, or of URLs of a bucket: {key} stands for letters and digits that become the key's \
                  value, {} and * for anything but /, {{ and }} for a brace. A key that comes twice has to be the same text.\n\
                  The database is a SQLite file, which is made if it is not there, or mysql:// or postgresql://. A run that was \
                  interrupted goes on with --skip-existing.\n\
                  Exits with 1 if a file could not be ingested; the others are.\n\n\
                  Examples:\n  smalti ingest '/data/{date}/{band}{}.tif' -o tc.sqlite\n  \
                  smalti ingest 's3://bucket/{scene}_{band}.tif' -o postgresql://user@host/tc --lazy\n  \
                  smalti ingest '/data/{scene}.tif' -o tc.sqlite --bands all --band-key band"
)]
#[non_exhaustive]
pub struct IngestArgs {
    /// Where the files lie, with their keys in braces.
    pub pattern: String,
    /// Database to put them into.
    #[arg(short, long, value_name = "DB", alias = "output")]
    pub output_file: String,
    /// Key whose values make an RGB picture: it becomes the last.
    #[arg(long, value_name = "KEY")]
    pub rgb_key: Option<String>,
    /// Do not read pixels; what is known of them is found out on the first request.
    #[arg(long, visible_alias = "lazy")]
    pub skip_metadata: bool,
    /// Take what is known of the pixels from an overview, not from all of them.
    #[arg(long, conflicts_with = "skip_metadata")]
    pub quick: bool,
    /// Leave out datasets that are in the database.
    #[arg(long)]
    pub skip_existing: bool,
    /// Print nothing but warnings and errors.
    #[arg(short, long)]
    pub quiet: bool,
    /// Files that are read at the same time; 0 is one per core.
    #[arg(long, default_value_t = 0, env = "SMALTI_JOBS")]
    pub jobs: usize,
    /// Only one part of the datasets: I of N, I from 0 to N - 1. All parts together are all datasets.
    #[arg(long, value_name = "I/N", env = "SMALTI_SHARD", value_parser = shard)]
    pub shard: Option<(u32, u32)>,
    /// Bands to put in as datasets of their own: `all`, or numbers such as 1,2.
    #[arg(long, value_name = "all|1,2", value_parser = bands)]
    pub bands: Option<Bands>,
    /// Key whose value is the band's number.
    #[arg(long, value_name = "KEY", default_value = "band", requires = "bands")]
    pub band_key: String,
    /// How the database is reached.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// How buckets are reached.
    #[command(flatten)]
    pub store: StoreArgs,
    /// How files are opened.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// Which bands of a file are datasets.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Bands {
    /// All but an alpha band.
    All,
    /// By number, 1 being the first.
    Some(Vec<u32>),
}

/// `smalti migrate`
#[derive(Args, Debug)]
#[command(
    after_help = "Says what it would do, and asks. A SQLite file is copied beside itself first.\n\n\
                  Examples:\n  smalti migrate old.sqlite\n  smalti migrate mysql://user@host/tc --to 0.10 --yes"
)]
#[non_exhaustive]
pub struct MigrateArgs {
    /// The database.
    #[arg(value_name = "DB")]
    pub database: String,
    /// Version that it is of, where it does not say so itself.
    #[arg(long, value_name = "VERSION")]
    pub from: Option<String>,
    /// Version that it becomes; by default that of today, and a newer one stays as it is.
    #[arg(long, value_name = "VERSION")]
    pub to: Option<String>,
    /// Do not ask.
    #[arg(short, long)]
    pub yes: bool,
    /// How it is reached.
    #[command(flatten)]
    pub keyed: DatabaseArgs,
}

/// `smalti connect`
#[derive(Args, Debug)]
#[command(
    after_help = "The viewer is served by this machine, the data by the other, which may be Terracotta or smalti.\n\n\
                  Examples:\n  smalti connect localhost:5000\n  smalti connect https://maps.example.org/terracotta"
)]
#[non_exhaustive]
pub struct ConnectArgs {
    /// The server: HOST, HOST:PORT, or a URL.
    pub host: String,
    /// Do not open a browser.
    #[arg(long)]
    pub no_browser: bool,
    /// Port for the viewer; by default the first free one from 5100 to 5199, 0 takes any.
    #[arg(long)]
    pub port: Option<u16>,
}

/// Files that hold settings.
#[derive(Args, Clone, Debug)]
#[non_exhaustive]
pub struct ConfigArgs {
    /// File of settings (TOML): these options' names with _ for -, and Terracotta's. They count more than the environment.
    #[arg(short, long, global = true, value_name = "FILE", env = "SMALTI_CONFIG")]
    pub config: Option<PathBuf>,
    /// Print the settings of a command, and where each comes from, and end.
    #[arg(long, global = true)]
    pub show_config: bool,
}

fn pair(text: &str) -> Result<(u32, u32), String> {
    let numbers = text
        .trim()
        .trim_start_matches(['[', '('])
        .trim_end_matches([']', ')']);
    let numbers: Vec<_> = numbers
        .split(',')
        .map(|number| number.trim().parse())
        .collect();
    match numbers[..] {
        [Ok(rows), Ok(columns)] if rows > 0 && columns > 0 => Ok((rows, columns)),
        _ => Err("expected two numbers above 0, such as 256,256".into()),
    }
}

fn shard(text: &str) -> Result<(u32, u32), String> {
    let numbers = text
        .split_once('/')
        .map(|(i, n)| (i.trim().parse(), n.trim().parse()));
    match numbers {
        Some((Ok(index), Ok(count))) if index < count => Ok((index, count)),
        _ => Err("expected I/N with I from 0 to N - 1, such as 0/4".into()),
    }
}

fn bands(text: &str) -> Result<Bands, String> {
    if text == "all" {
        return Ok(Bands::All);
    }
    let numbers = text.split(',').map(|number| match number.trim().parse() {
        Ok(0) | Err(_) => Err(format!("{number:?} is no band's number; 1 is the first")),
        Ok(number) => Ok(number),
    });
    let mut numbers: Vec<u32> = numbers.collect::<Result<_, _>>()?;
    numbers.sort_unstable();
    numbers.dedup();
    Ok(Bands::Some(numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_terracottas_forms_too() {
        assert_eq!(pair("256,512"), Ok((256, 512)));
        assert_eq!(pair("[256, 512]"), Ok((256, 512)));
        for wrong in ["", "256", "0,1", "1,2,3", "a,b"] {
            assert!(pair(wrong).is_err(), "{wrong}");
        }
        assert_eq!(shard("3/4"), Ok((3, 4)));
        for wrong in ["4/4", "1", "-1/4", "0/0", "a/b"] {
            assert!(shard(wrong).is_err(), "{wrong}");
        }
        assert_eq!(bands("all"), Ok(Bands::All));
        assert_eq!(bands("3,1,3"), Ok(Bands::Some(vec![1, 3])));
        assert!(bands("0").is_err() && bands("1,x").is_err() && bands("").is_err());
    }
}
