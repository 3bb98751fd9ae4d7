//! From arguments to an exit code.

use super::{
    Cli, Command, LogFormat, connect, demo, info, ingest, migrate, optimize, read, report, serve,
    settings::Settings, tile, validate,
};
use crate::Error;
use clap::{
    ArgMatches, CommandFactory as _, FromArgMatches as _, error::ErrorKind, parser::ValueSource,
};
use std::{
    ffi::OsString,
    io::{self, Write as _},
    process::ExitCode,
};

/// Runs the program with these arguments, the first of which is its name.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let settings = Settings::gather(&Cli::command(), &arguments, &|name| std::env::var_os(name));
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            return ExitCode::from(error.exit_code());
        }
    };
    let mut command = settings.apply(Cli::command());
    let parsed = command
        .try_get_matches_from_mut(arguments)
        .and_then(|matches| {
            let cli = Cli::from_arg_matches(&matches).map_err(|e| e.format(&mut command))?;
            Ok((cli, matches))
        });
    let (mut cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are no errors; a closed pipe is nobody's problem here.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(2)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    if let Err(error) = one_of_database_and_pattern(&mut cli, &matches) {
        let _ = error.format(&mut command).print();
        return ExitCode::from(2);
    }
    let format = cli.log_format;
    report::init(format, cli.log_level);
    if cli.config.show_config {
        return match print(&settings.show(&command, &matches)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => ExitCode::from(error.exit_code()),
        };
    }
    settings.warn();
    match carry_out(cli) {
        Ok(code) => code,
        Err(error) => {
            match format {
                LogFormat::Json => tracing::error!("{error}"),
                LogFormat::Text => {
                    let _ = writeln!(io::stderr(), "error: {error}");
                }
            }
            ExitCode::from(error.exit_code())
        }
    }
}

/// Keyed datasets come from a database or from files: what a flag says counts more than what the environment or
/// a file of settings says.
fn one_of_database_and_pattern(cli: &mut Cli, matches: &ArgMatches) -> Result<(), clap::Error> {
    let (Command::Serve(serve), Some((_, matches))) = (&mut cli.command, matches.subcommand())
    else {
        return Ok(());
    };
    let by_flag = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    match (by_flag("database"), by_flag("raster_pattern")) {
        (true, true) => Err(clap::Error::raw(
            ErrorKind::ArgumentConflict,
            "--database and --raster-pattern exclude each other: keyed datasets come from one of them\n",
        )),
        (true, false) => {
            serve.raster_pattern = None;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn carry_out(cli: Cli) -> Result<ExitCode, Error> {
    let format = cli.log_format;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Error::failed("the runtime cannot start", &e))?;
    let result = runtime.block_on(async {
        match cli.command {
            Command::Demo(arguments) => demo::demo(*arguments, format).await,
            Command::Serve(arguments) => serve::serve(*arguments, format).await,
            Command::Ingest(arguments) => ingest::ingest(*arguments, format).await,
            Command::Migrate(arguments) => migrate::migrate(*arguments).await,
            Command::Connect(arguments) => connect::connect(arguments, format).await,
            Command::Info(arguments) => info::info(arguments).await,
            Command::Validate(arguments) => validate::validate(arguments).await,
            Command::Read(arguments) => read::read(*arguments, format).await,
            Command::Tile(arguments) => tile::tile(*arguments).await,
            Command::OptimizeRasters(arguments) => optimize::optimize(*arguments, format).await,
        }
    });
    // A read that hangs on a dead disk must not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    result
}

/// Writes to standard output; a reader that has seen enough (`| head`) is no error.
pub(super) fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::failed("standard output cannot be written", &error))
        }
        _ => Ok(()),
    }
}
