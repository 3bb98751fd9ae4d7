//! Which databases are understood.

/// What new databases say, so that Terracotta 0.10 serves them.
pub(super) const WRITTEN: &str = "0.10.1";

/// The versions of Terracotta whose tables are these.
const READ: [&str; 4] = ["0.8", "0.9", "0.10", "0.11"];

/// Why a database of this version is not read.
pub(super) fn refusal(version: &str) -> Option<String> {
    let short: Vec<&str> = version.splitn(3, '.').take(2).collect();
    let short = short.join(".");
    if READ.contains(&short.as_str()) {
        return None;
    }
    Some(format!(
        "it was made by Terracotta {version:?}, whose tables are not read; those of {} are: migrate it first",
        READ.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_by_their_first_two_parts() {
        for version in ["0.8.0", "0.9.1", "0.10.1", "0.11", WRITTEN] {
            assert_eq!(refusal(version), None, "{version}");
        }
        for version in ["0.7.5", "1.10.0", "0.1", "", "0.10x"] {
            assert!(refusal(version).is_some(), "{version}");
        }
    }
}
