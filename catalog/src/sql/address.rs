//! Where a database server is, and what it is called in messages.

use crate::{Error, OpenOptions};
use url::Url;

/// `scheme://user:password@host:port/database?settings`.
#[derive(Clone)]
pub(crate) struct Address {
    url: Url,
    port: u16,
}

/// Never the password.
impl core::fmt::Debug for Address {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Address({})", self.place())
    }
}

impl Address {
    /// Reads an address, with or without a scheme; `scheme` and `port` are the usual ones.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`], which does not repeat the address: it may hold a password.
    pub(crate) fn parse(place: &str, scheme: &str, port: u16) -> Result<Self, Error> {
        let invalid = |what: &str| {
            Error::invalid(format!(
                "the database's address {what}; expected {scheme}://user:password@host:{port}/database"
            ))
        };
        let rest = place
            .split_once("://")
            .map_or(place, |(_, rest)| rest)
            .trim_start_matches('/');
        let url = Url::parse(&format!("{scheme}://{rest}"))
            .map_err(|error| invalid(&format!("cannot be read ({error})")))?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(invalid("names no host"));
        }
        let this = Self { url, port };
        let database = this.database();
        if database.is_empty() {
            return Err(invalid("names no database"));
        }
        if database.len() > 63
            || database
                .chars()
                .any(|c| c.is_control() || matches!(c, '/' | '\\' | '"' | '`' | '.'))
        {
            return Err(invalid("names a database by characters that no name has"));
        }
        Ok(this)
    }

    /// The database.
    pub(crate) fn database(&self) -> String {
        decoded(self.url.path().trim_start_matches('/'))
    }

    /// For messages: without user, password and settings.
    pub(crate) fn place(&self) -> String {
        format!(
            "{}://{}:{}/{}",
            self.url.scheme(),
            self.url.host_str().unwrap_or_default(),
            self.url.port().unwrap_or(self.port),
            self.database()
        )
    }

    /// For the driver, with another scheme.
    pub(crate) fn url(&self, scheme: &str) -> String {
        let text = self.url.as_str();
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        format!("{scheme}://{rest}")
    }

    /// The server, no database chosen.
    #[cfg(feature = "mysql")]
    pub(crate) fn without_database(&self) -> Self {
        let mut server = self.clone();
        server.url.set_path("");
        server
    }

    /// The user to be, if the address does not say.
    pub(crate) fn user(&self, options: &OpenOptions) -> Option<String> {
        options
            .user
            .clone()
            .filter(|_| self.url.username().is_empty())
    }

    /// The password to use, if the address does not say.
    pub(crate) fn password(&self, options: &OpenOptions) -> Option<String> {
        options
            .password
            .clone()
            .filter(|_| self.url.password().is_none_or(str::is_empty))
    }

    /// A setting behind `?` that the driver does not take.
    pub(crate) fn refused(&self, error: &sqlx::Error) -> Error {
        // The driver's words are of the settings; its sources might repeat the address.
        let _ = error;
        Error::invalid(format!(
            "{}: the settings behind `?` are not understood",
            self.place()
        ))
    }
}

/// Without `%XX`.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = bytes
            .get(at + 1..at + 3)
            .and_then(|digits| core::str::from_utf8(digits).ok())
            .filter(|_| byte == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                plain.push(value);
                at += 3;
            }
            None => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_or_not() {
        for place in [
            "mysql://me:secret@db.example:3307/tiles?charset=utf8mb4",
            "me:secret@db.example:3307/tiles",
            "//me:secret@db.example:3307/tiles/",
            "mariadb://db.example:3307/tiles",
        ] {
            let address = Address::parse(place.trim_end_matches('/'), "mysql", 3306).unwrap();
            assert_eq!(address.place(), "mysql://db.example:3307/tiles", "{place}");
            assert!(!format!("{address:?}").contains("secret"));
        }
        let usual = Address::parse("localhost/a%20b", "mysql", 3306).unwrap();
        assert_eq!(usual.place(), "mysql://localhost:3306/a b");
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for place in [
            "mysql://me:secret@/tiles",
            "mysql://me:secret@host",
            "mysql://me:secret@host:99999/tiles",
            "mysql://me:secret@host/a/b",
            "mysql://me:secret@host/a`b",
            "mysql://me:secret@host/a%22b",
            "",
        ] {
            let error = Address::parse(place, "mysql", 3306).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn user_and_password_come_from_the_options_where_the_address_has_none() {
        let options = OpenOptions::default()
            .with_user("fallback")
            .with_password("hidden");
        let bare = Address::parse("mysql://host/db", "mysql", 3306).unwrap();
        assert_eq!(bare.user(&options).as_deref(), Some("fallback"));
        assert_eq!(bare.password(&options).as_deref(), Some("hidden"));
        let full = Address::parse("mysql://me:secret@host/db", "mysql", 3306).unwrap();
        assert_eq!(full.user(&options), None);
        assert_eq!(full.password(&options), None);
        assert!(!format!("{options:?}").contains("hidden"));
    }
}
