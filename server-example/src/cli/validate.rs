//! `smalti validate`

use super::{SourceArgs, ValidateArgs, open::open, run::print};
use crate::{Error, http::verdict};
use std::process::ExitCode;

pub(super) async fn validate(arguments: ValidateArgs) -> Result<ExitCode, Error> {
    let (cog, _) = open(&arguments.uri, SourceArgs::default()).await?;
    let report = cog_reader::validate::validate(&cog).await?;
    let valid = report.is_valid(arguments.strict);
    if arguments.json {
        print(&format!("{:#}", verdict(&cog, &report, arguments.strict)))?;
    } else {
        for (kind, messages) in [("error", &report.errors), ("warning", &report.warnings)] {
            for message in messages {
                print(&format!("{kind}: {message}"))?;
            }
        }
        let not = if valid { "" } else { "NOT " };
        print(&format!(
            "{} is {not}a valid cloud optimized GeoTIFF",
            arguments.uri
        ))?;
    }
    Ok(if valid {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}
