//! `smalti migrate`

use super::{
    MigrateArgs,
    catalogs::{self, shown},
    run::print,
};
use crate::Error;
use std::{
    io::{BufRead as _, IsTerminal as _, Write as _},
    process::ExitCode,
};

pub(super) async fn migrate(arguments: MigrateArgs) -> Result<ExitCode, Error> {
    let options = catalogs::options(&arguments.keyed, &[])?;
    let place = shown(&arguments.database);
    let (from, to) = (arguments.from.as_deref(), arguments.to.as_deref());
    let plan = catalog::migration(&arguments.database, from, to, &options).await?;
    if plan.statements().is_empty() {
        print(&format!("{place} is of version {} already", plan.from()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let (from, to) = (plan.from().to_owned(), plan.to().to_owned());
    print(&format!("{place} goes from version {from} to {to} by"))?;
    for statement in plan.statements() {
        print(&format!("  {statement};"))?;
    }
    if !arguments.yes && !agreed()? {
        return Err(Error::Failed(format!("{place} is as it was")));
    }
    if let Some(copy) = plan.apply().await? {
        print(&format!("what it was is in {}", copy.display()))?;
    }
    print(&format!("{place} is of version {to}"))?;
    Ok(ExitCode::SUCCESS)
}

/// Asks whoever sits at the terminal; nobody else can agree but by --yes.
fn agreed() -> Result<bool, Error> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::Request("nobody can be asked: say --yes".into()));
    }
    let failed = |error: std::io::Error| Error::failed("the terminal cannot be asked", &error);
    let mut out = std::io::stderr();
    write!(out, "Do you want to continue? [y/N]: ").map_err(failed)?;
    out.flush().map_err(failed)?;
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(failed)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
