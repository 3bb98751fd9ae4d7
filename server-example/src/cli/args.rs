//! The grammar of the command line.

use super::{
    ConfigArgs, ConnectArgs, DatabaseArgs, IngestArgs, MigrateArgs, OptimizeArgs, SourceArgs,
    StoreArgs, TerracottaArgs,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{net::IpAddr, path::PathBuf};

/// Tiles, statistics and pixels from Cloud Optimized GeoTIFFs, wherever they lie.
#[derive(Debug, Parser)]
#[command(
    name = "smalti",
    version,
    about,
    arg_required_else_help = true,
    args_override_self = true,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage (also of a band, level, window or zoom that the source does not have).\n\n\
                  Sources are paths, file://, http://, https://, s3://bucket/key, gs://bucket/key and az://container/key. \
                  Credentials come from the environment, as the clouds' own tools read them (AWS_ACCESS_KEY_ID, GOOGLE_SERVICE_ACCOUNT, \
                  AZURE_STORAGE_ACCOUNT_KEY, ...).\n\n\
                  Examples:\n  smalti demo\n  smalti serve ./scenes\n  smalti info https://example.org/cog.tif"
)]
#[non_exhaustive]
pub struct Cli {
    /// How progress and messages are written to standard error.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, env = "SMALTI_LOG_FORMAT")]
    pub log_format: LogFormat,
    /// The least serious messages to write.
    #[arg(long, alias = "loglevel", global = true, value_enum, default_value_t = LogLevel::Info, env = "SMALTI_LOG")]
    pub log_level: LogLevel,
    /// Where settings come from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Make a believable world as COGs, serve it, and print the URL.
    Demo(Box<DemoArgs>),
    /// Serve files, folders, patterns, URLs and databases; the viewer is on /.
    Serve(Box<ServeArgs>),
    /// Put raster files into a database of keyed datasets.
    Ingest(Box<IngestArgs>),
    /// Bring a database of an older Terracotta to the version of today.
    Migrate(Box<MigrateArgs>),
    /// Show what another server serves.
    Connect(ConnectArgs),
    /// Print everything that a file declares.
    Info(InfoArgs),
    /// Check whether a file is a valid COG, with reasons.
    Validate(ValidateArgs),
    /// Decode samples as they are stored, into .npy or .tif.
    Read(Box<ReadArgs>),
    /// Render one tile.
    Tile(Box<TileArgs>),
    /// Make COGs of any rasters that can be read.
    OptimizeRasters(Box<OptimizeArgs>),
}

/// How messages are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[non_exhaustive]
pub enum LogFormat {
    /// Progress bars on a terminal, plain lines elsewhere.
    Text,
    /// One JSON object per line.
    Json,
}

/// Which messages are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[non_exhaustive]
pub enum LogLevel {
    /// What made something fail.
    #[value(alias = "critical")]
    Error,
    /// And what may not be as wanted.
    #[value(alias = "warning")]
    Warn,
    /// And what is going on.
    Info,
    /// And every request.
    Debug,
    /// Everything.
    Trace,
}

/// Where and how to listen.
#[derive(Args, Clone, Debug)]
#[non_exhaustive]
pub struct ListenArgs {
    /// Address to listen on; 0.0.0.0 for every one of this machine's.
    #[arg(long, default_value = "127.0.0.1", env = "SMALTI_HOST")]
    pub host: IpAddr,
    /// Port to listen on; 0 takes a free one, the printed URL says which. By default 8000; for keyed datasets (-d, -r)
    /// Terracotta's, the first free one from 5000 to 5099.
    #[arg(long, env = "SMALTI_PORT")]
    pub port: Option<u16>,
    /// Threads that decode, warp and encode; 0 is one per core.
    #[arg(long, default_value_t = 0, env = "SMALTI_THREADS")]
    pub threads: usize,
    /// Memory for decoded blocks, in MiB.
    #[arg(long, default_value_t = 32, env = "SMALTI_CACHE_MB")]
    pub cache_mb: u64,
    /// Memory for blocks of remote sources as they are stored, in MiB.
    #[arg(long, default_value_t = 128, env = "SMALTI_STORED_CACHE_MB")]
    pub stored_cache_mb: u64,
    /// Memory for encoded pictures, in MiB; 0 keeps none.
    #[arg(long, default_value_t = 64, env = "SMALTI_PICTURE_CACHE_MB")]
    pub picture_cache_mb: u64,
    /// Local files kept open, each with a file descriptor, and as many remote ones.
    #[arg(long, default_value_t = 500, env = "SMALTI_OPEN_FILES")]
    pub open_files: usize,
    /// Seconds that opening a source, and each read of it, may take with all tries.
    #[arg(long, default_value_t = 30, env = "SMALTI_READ_TIMEOUT", value_parser = clap::value_parser!(u64).range(1..))]
    pub read_timeout: u64,
    /// Seconds that a client may take to send a request's head, and to take the next bytes of an answer.
    #[arg(long, default_value_t = 30, env = "SMALTI_CLIENT_TIMEOUT", value_parser = clap::value_parser!(u64).range(1..))]
    pub client_timeout: u64,
    /// Requests that may hold pixels at the same time.
    #[arg(long, default_value_t = 64, env = "SMALTI_MAX_REQUESTS")]
    pub max_requests: usize,
    /// Requests that may wait for that; more are answered 503 with Retry-After.
    #[arg(long, default_value_t = 512, env = "SMALTI_MAX_WAITING")]
    pub max_waiting: usize,
    /// Memory for sources' pixels that all requests hold at the same time, in MiB; more wait.
    #[arg(long, default_value_t = 1024, env = "SMALTI_PIXEL_MB")]
    pub pixel_mb: u64,
    /// Connections that may be open at the same time, each with a file descriptor; more are answered 503 and closed.
    #[arg(long, default_value_t = 512, env = "SMALTI_MAX_CONNECTIONS", value_parser = connections)]
    pub max_connections: usize,
    /// Seconds for which clients and proxies may keep an answer (Cache-Control).
    #[arg(long, default_value_t = 3600, env = "SMALTI_MAX_AGE")]
    pub max_age: u32,
    /// Seconds after which an opened source is checked for changes.
    #[arg(long, default_value_t = 300, env = "SMALTI_SOURCE_TTL")]
    pub source_ttl: u64,
    /// URL prefix that requests may name in url=, e.g. `https://data.example.org/` or `s3://bucket/`; repeatable.
    /// Without one: http and https on the public internet.
    #[arg(
        long = "allow-url",
        value_name = "PREFIX",
        env = "SMALTI_ALLOW_URL",
        value_delimiter = ' '
    )]
    pub allow_urls: Vec<String>,
    /// Let requests reach loopback, link-local and private addresses.
    #[arg(long, env = "SMALTI_ALLOW_PRIVATE_NETWORKS")]
    pub allow_private_networks: bool,
    /// Answer only for what is served here, whatever url= names.
    #[arg(long, env = "SMALTI_SERVED_ONLY")]
    pub served_only: bool,
    /// Origin whose pages may ask this server, e.g. `https://map.example.org`; repeatable; `*` is any.
    #[arg(
        long = "cors-origin",
        value_name = "ORIGIN",
        default_value = "*",
        env = "SMALTI_CORS_ORIGIN",
        value_delimiter = ' '
    )]
    pub cors_origins: Vec<String>,
    /// Path under which a proxy shows this server, e.g. /maps; links lead there, and requests may come with or without it.
    #[arg(long, value_name = "PATH", default_value = "", env = "SMALTI_ROOT_PATH", value_parser = root_path)]
    pub root_path: String,
    /// Whom maps name as the source of the data.
    #[arg(long, env = "SMALTI_ATTRIBUTION")]
    pub attribution: Option<String>,
    /// What requests have to give as access_token=; without it they are answered 401.
    #[arg(long, env = "SMALTI_ACCESS_TOKEN", hide_env_values = true)]
    pub access_token: Option<String>,
    /// Bytes that the body of a request may have.
    #[arg(long, default_value_t = 8 << 20, env = "SMALTI_BODY_BYTES")]
    pub body_bytes: usize,
    /// Folder of more tile matrix sets: OGC's JSON documents, named by their id.
    #[arg(long, value_name = "DIR", env = "TILEMATRIXSET_DIRECTORY")]
    pub tms_dir: Option<PathBuf>,
    /// Folder of more colormaps: .json as in the parameter colormap, or .npy of 256 colours, named by the file.
    #[arg(long, value_name = "DIR", env = "COLORMAP_DIRECTORY")]
    pub colormap_dir: Option<PathBuf>,
    /// How sources are opened.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// `smalti demo`
#[derive(Args, Debug)]
#[command(
    after_help = "The files are made once (some 200 MB of pixels, within half a minute) and used again.\n\n\
                  Examples:\n  smalti demo\n  smalti demo --dir ./world --port 0\n  smalti demo --no-serve --dir ./world"
)]
#[non_exhaustive]
pub struct DemoArgs {
    /// Folder for the files; by default one under the system's folder for temporary files.
    #[arg(long)]
    pub dir: Option<PathBuf>,
    /// Makes everything anew even if it is there.
    #[arg(long)]
    pub fresh: bool,
    /// Side lengths in pixels, as a share of the full size.
    #[arg(long, default_value_t = 1.0, value_parser = scale)]
    pub scale: f64,
    /// Only make the files.
    #[arg(long)]
    pub no_serve: bool,
    /// Where and how to listen.
    #[command(flatten)]
    pub listen: ListenArgs,
}

/// `smalti serve`
#[derive(Args, Debug)]
#[command(
    after_help = "Each argument is a TIFF file, a folder (searched for .tif and .tiff), a pattern such as \
                  'scenes/{place}_{date}.tif' whose keys become a layer's name, or a URL; a bucket's URL that ends with / is listed.\n\
                  Requests may name any served source in url=, by id, path or URL; for others see --allow-url.\n\
                  Keyed datasets come from a database that `smalti ingest` or Terracotta made (-d), or from files (-r); they are \
                  answered on Terracotta's paths.\n\n\
                  Examples:\n  smalti serve ./scenes dem.tif\n  smalti serve 'scenes/{place}_{date}.tif' --port 0\n  \
                  smalti serve -d tc.sqlite\n  smalti serve -d postgresql://user@host/tc\n  \
                  smalti serve -r '/data/{date}/{band}{}.tif'\n  \
                  smalti serve s3://bucket/scenes/\n  smalti serve --allow-url https://data.example.org/"
)]
#[non_exhaustive]
pub struct ServeArgs {
    /// What to serve.
    #[arg(value_name = "PATH|URI|PATTERN")]
    pub sources: Vec<String>,
    /// Database of keyed datasets: a SQLite file, also in a bucket, mysql:// or postgresql://.
    #[arg(short, long, value_name = "DB", env = "SMALTI_DATABASE")]
    pub database: Option<String>,
    /// Files of keyed datasets, as for `smalti ingest`; what is known of their pixels is found out on the first request.
    #[arg(short, long, value_name = "PATTERN")]
    pub raster_pattern: Option<String>,
    /// Key whose values make an RGB picture: it becomes the last.
    #[arg(long, value_name = "KEY", requires = "raster_pattern")]
    pub rgb_key: Option<String>,
    /// Listen on every address of this machine.
    #[arg(long, conflicts_with = "host")]
    pub allow_all_ips: bool,
    /// Terracotta's; has no effect: --log-level debug says more.
    #[arg(long, hide = true)]
    pub debug: bool,
    /// Terracotta's; has no effect: see /metrics.
    #[arg(long, hide = true)]
    pub profile: bool,
    /// How the database is reached.
    #[command(flatten)]
    pub keyed: DatabaseArgs,
    /// How buckets are reached.
    #[command(flatten)]
    pub store: StoreArgs,
    /// How keyed datasets are answered.
    #[command(flatten)]
    pub terracotta: TerracottaArgs,
    /// Where and how to listen.
    #[command(flatten)]
    pub listen: ListenArgs,
}

/// `smalti info`
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  smalti info dem.tif\n  smalti info s3://bucket/scene.tif --json\n  \
                  smalti info scene.tif --sidecars"
)]
#[non_exhaustive]
pub struct InfoArgs {
    /// The source.
    pub uri: String,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// How to open it.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// `smalti validate`
#[derive(Args, Debug)]
#[command(
    after_help = "Exits with 1 if the file is no valid COG.\n\nExample:\n  smalti validate scene.tif"
)]
#[non_exhaustive]
pub struct ValidateArgs {
    /// The source.
    pub uri: String,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Take warnings for errors, as `rio cogeo validate --strict` does.
    #[arg(long)]
    pub strict: bool,
}

/// `smalti read`
#[derive(Args, Debug)]
#[command(
    after_help = "A .npy file holds an array (bands, rows, columns) in C order, of the stored type: scale and offset are not \
                  applied, nodata is not replaced. float16 is widened to float32, as GDAL 3.10 does; complex integers become \
                  complex64 (16-bit parts) or complex128 (32-bit parts), as NumPy has none.\n\
                  The mask is (rows, columns) of u8 by rasterio's rules for dataset_mask: the file's mask, else 0 where all \
                  bands are nodata, else the alpha band's values, else 255.\n\n\
                  Examples:\n  smalti read dem.tif -o dem.npy\n  smalti read scene.tif -o part.tif --window 0,0,512,512 --bands 4,3,2\n  \
                  smalti read scene.tif -o small.npy --level 2 --mask-output mask.npy"
)]
#[non_exhaustive]
pub struct ReadArgs {
    /// The source.
    pub uri: String,
    /// Where to write: .npy or .tif.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Level: 0 is the full resolution, 1 and up are the overviews.
    #[arg(long, default_value_t = 0)]
    pub level: usize,
    /// Pixels of that level; all of them by default.
    #[arg(long, value_name = "COL,ROW,WIDTH,HEIGHT", value_parser = window)]
    pub window: Option<[u32; 4]>,
    /// Bands, 1-based, in the order wanted; all by default.
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..))]
    pub bands: Option<Vec<u32>>,
    /// Where to write the mask, as .npy.
    #[arg(long, value_name = "FILE")]
    pub mask_output: Option<PathBuf>,
    /// How to open it.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// `smalti tile`
#[derive(Args, Debug)]
#[command(after_help = "The options are TiTiler's, with hyphens.\n\n\
                  Examples:\n  smalti tile dem.tif 12 2148 1431 -o dem.png --rescale 0,2000 --colormap-name terrain\n  \
                  smalti tile scene.tif 12 2148 1431 -o rgb.webp --bidx 3 --bidx 2 --bidx 1 --rescale 0,3000\n  \
                  smalti tile scene.tif 12 2148 1431 -o values.npy")]
#[non_exhaustive]
pub struct TileArgs {
    /// The source.
    pub uri: String,
    /// Zoom: the identifier of a tile matrix.
    #[arg(allow_negative_numbers = true)]
    pub z: i32,
    /// Column.
    pub x: u32,
    /// Row, counted from the top.
    pub y: u32,
    /// Where to write; the extension tells the format: .png, .jpg, .webp, .tif, .npy, .npz.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Tile matrix set.
    #[arg(long, default_value = "WebMercatorQuad")]
    pub tms: String,
    /// How to render.
    #[command(flatten)]
    pub render: RenderArgs,
    /// How to open it.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// TiTiler's rendering parameters as options.
#[derive(Args, Debug, Default)]
#[non_exhaustive]
pub struct RenderArgs {
    /// Band, 1-based; repeat for more.
    #[arg(long)]
    pub bidx: Vec<String>,
    /// Arithmetic between bands, such as '(b4-b3)/(b4+b3)'; instead of --bidx.
    #[arg(long)]
    pub expression: Option<String>,
    /// Value that stands for "nothing here": a number, nan, inf or -inf.
    #[arg(long, allow_hyphen_values = true)]
    pub nodata: Option<String>,
    /// Apply the file's scale and offset.
    #[arg(long)]
    pub unscale: bool,
    /// Kernel where source and tile have one CRS.
    #[arg(long)]
    pub resampling: Option<String>,
    /// Kernel where they differ; nearest by default, whatever --resampling is.
    #[arg(long)]
    pub reproject: Option<String>,
    /// Values that become 0 and 255, as MIN,MAX; once, or once per band.
    #[arg(long, value_name = "MIN,MAX", allow_hyphen_values = true)]
    pub rescale: Vec<String>,
    /// Operations on the colours, such as 'gamma rgb 1.2, saturation 1.1'.
    #[arg(long)]
    pub color_formula: Option<String>,
    /// An algorithm, such as hillshade.
    #[arg(long)]
    pub algorithm: Option<String>,
    /// The algorithm's parameters, as a JSON object.
    #[arg(long)]
    pub algorithm_params: Option<String>,
    /// A named colormap.
    #[arg(long)]
    pub colormap_name: Option<String>,
    /// A colormap as JSON.
    #[arg(long)]
    pub colormap: Option<String>,
    /// Leave out the mask.
    #[arg(long)]
    pub no_mask: bool,
    /// Pixels per side.
    #[arg(long)]
    pub tilesize: Option<String>,
    /// Pixels added on each side.
    #[arg(long)]
    pub buffer: Option<String>,
}

impl RenderArgs {
    /// The options as the parameters of a request.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        pairs.extend(self.bidx.iter().map(|v| ("bidx", v.clone())));
        pairs.extend(self.rescale.iter().map(|v| ("rescale", v.clone())));
        for (name, value) in [
            ("expression", &self.expression),
            ("nodata", &self.nodata),
            ("resampling", &self.resampling),
            ("reproject", &self.reproject),
            ("color_formula", &self.color_formula),
            ("algorithm", &self.algorithm),
            ("algorithm_params", &self.algorithm_params),
            ("colormap_name", &self.colormap_name),
            ("colormap", &self.colormap),
            ("tilesize", &self.tilesize),
            ("buffer", &self.buffer),
        ] {
            pairs.extend(value.iter().map(|v| (name, v.clone())));
        }
        if self.unscale {
            pairs.push(("unscale", "true".into()));
        }
        if self.no_mask {
            pairs.push(("return_mask", "false".into()));
        }
        pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

fn window(text: &str) -> Result<[u32; 4], String> {
    let numbers: Option<Vec<u32>> = text.split(',').map(|n| n.trim().parse().ok()).collect();
    numbers
        .and_then(|n| <[u32; 4]>::try_from(n).ok())
        .ok_or_else(|| "write four whole numbers, COL,ROW,WIDTH,HEIGHT, e.g. 0,0,512,512".into())
}

fn connections(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("write how many, one at least".into()),
        Ok(count) => Ok(count),
    }
}

/// `/maps`: with a slash before it and none after.
fn root_path(text: &str) -> Result<String, String> {
    let path = text.trim_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._~-".contains(c);
    if !path.chars().all(plain) || path.contains("//") {
        return Err("write a path of letters, digits and ._~-, as in /maps".into());
    }
    Ok(if path.is_empty() {
        String::new()
    } else {
        format!("/{path}")
    })
}

fn scale(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|scale| (0.02..=4.0).contains(scale))
        .ok_or_else(|| "write a number from 0.02 to 4".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_grammar_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example() {
        for command in Cli::command().get_subcommands() {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(help.contains("Example"), "{}", command.get_name());
        }
    }

    #[test]
    fn a_root_path_begins_with_a_slash_and_does_not_end_with_one() {
        assert_eq!(root_path("maps/v1/"), Ok("/maps/v1".into()));
        assert_eq!(root_path("/"), Ok(String::new()));
        for text in ["/a b", "/a//b", "/{x}", "/a?b"] {
            assert!(root_path(text).is_err(), "{text}");
        }
    }

    #[test]
    fn windows_are_four_numbers() {
        assert_eq!(window("1, 2,3,4"), Ok([1, 2, 3, 4]));
        for text in ["", "1,2,3", "1,2,3,4,5", "-1,0,1,1", "a,b,c,d"] {
            assert!(window(text).is_err(), "{text}");
        }
    }
}
