//! Keys told from paths.

use crate::{Dataset, Error};

/// Steps that matching one path may take. Only a pattern with repeated keys can need many.
const MOST_STEPS: u32 = 200_000;

/// Most bytes of a pattern.
const MOST_BYTES: usize = 4096;

/// A path with keys in braces, in Terracotta's grammar: `/data/{date}/{band}_{}.tif`.
///
/// | Piece | Matches |
/// | --- | --- |
/// | `{name}` | one or more letters and digits of whatever script, as many as possible; its text is the key's value |
/// | `{name}` again | the same text |
/// | `{}`, `*` | anything but `/`, as little as possible |
/// | `?` | one character but `/` |
/// | `{{`, `}}` | a brace |
/// | anything else | itself |
///
/// A pattern matches the whole of a path. No piece matches across `/`, and none that stands for
/// anything begins at a name's leading dot, as in a shell.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    keys: Vec<String>,
    /// For each part between slashes.
    parts: Vec<Vec<Token>>,
    /// Where each key's value goes.
    order: Vec<usize>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Token {
    Literal(String),
    /// By its index in order of appearance.
    Key(usize),
    /// The text of a key that is already known.
    Again(usize),
    Anything,
    Character,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] in Terracotta's words: for braces that do not pair, no key at all, or a key
    /// that is not made of letters, digits and `_`.
    pub fn parse(pattern: &str) -> Result<Self, Error> {
        let invalid = |why: &str| Error::invalid(format!("Invalid pattern: {why}"));
        if pattern.len() > MOST_BYTES || pattern.contains('\0') {
            return Err(invalid("it is too long, or holds a zero byte"));
        }
        let mut keys: Vec<String> = Vec::new();
        let mut parts: Vec<Vec<Token>> = vec![Vec::new()];
        let mut rest = pattern.chars().peekable();
        while let Some(c) = rest.next() {
            let token = match c {
                '{' if rest.next_if_eq(&'{').is_some() => Token::Literal('{'.into()),
                '}' if rest.next_if_eq(&'}').is_some() => Token::Literal('}'.into()),
                '}' => return Err(invalid("Single '}' encountered in format string")),
                '{' => {
                    let mut name = String::new();
                    loop {
                        match rest.next() {
                            Some('}') => break,
                            Some('{') => return Err(invalid("unexpected '{' in field name")),
                            Some(c) => name.push(c),
                            None => return Err(invalid("expected '}' before end of string")),
                        }
                    }
                    // What Python's formatting would do with the value means nothing here.
                    let end = name.find([':', '!']).unwrap_or(name.len());
                    name.truncate(end);
                    if name.is_empty() {
                        Token::Anything
                    } else if let Some(at) = keys.iter().position(|key| *key == name) {
                        Token::Again(at)
                    } else if name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                        keys.push(name);
                        Token::Key(keys.len() - 1)
                    } else {
                        return Err(Error::invalid("Key names must be alphanumeric"));
                    }
                }
                '*' => Token::Anything,
                '?' => Token::Character,
                '/' => {
                    parts.push(Vec::new());
                    continue;
                }
                c => Token::Literal(c.into()),
            };
            if let Some(part) = parts.last_mut() {
                match (part.last_mut(), token) {
                    (Some(Token::Literal(text)), Token::Literal(more)) => text.push_str(&more),
                    (_, token) => part.push(token),
                }
            }
        }
        if keys.is_empty() {
            return Err(Error::invalid(
                "Pattern must contain at least one placeholder",
            ));
        }
        Ok(Self {
            text: pattern.to_owned(),
            order: (0..keys.len()).collect(),
            keys,
            parts,
        })
    }

    /// Moves a key to the end: the one whose values make an RGB picture.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no such key.
    pub fn with_rgb_key(mut self, key: &str) -> Result<Self, Error> {
        let at = self.order.iter().position(|index| self.keys[*index] == key);
        let at = at.ok_or_else(|| Error::invalid("RGB key not found in raster pattern"))?;
        let moved = self.order.remove(at);
        self.order.push(moved);
        Ok(self)
    }

    /// The keys' names, in the catalog's order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.order.iter().map(|index| self.keys[*index].as_str())
    }

    /// What every matching path begins with, up to and with the last `/` before the first placeholder; empty
    /// if there is none.
    #[must_use]
    pub fn folder(&self) -> String {
        let mut folder = String::new();
        for part in &self.parts[..self.parts.len() - 1] {
            match &part[..] {
                [] => folder.push('/'),
                [Token::Literal(text)] => {
                    folder.push_str(text);
                    folder.push('/');
                }
                _ => break,
            }
        }
        folder
    }

    /// The values of the keys, in the catalog's order, if the path matches.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there are so many ways to read the path that it cannot be told.
    pub fn values(&self, path: &str) -> Result<Option<Vec<String>>, Error> {
        let parts: Vec<&str> = path.split('/').collect();
        if parts.len() != self.parts.len() {
            return Ok(None);
        }
        let found = self.find(&parts)?;
        Ok(found.map(|values| {
            self.order
                .iter()
                .map(|index| values[*index].to_owned())
                .collect()
        }))
    }

    /// Whether paths below a folder can match. The folder's path has no `/` at its end.
    ///
    /// # Errors
    ///
    /// [`values`](Self::values)'s.
    pub fn leads_into(&self, folder: &str) -> Result<bool, Error> {
        let parts: Vec<&str> = folder.split('/').collect();
        Ok(parts.len() < self.parts.len() && self.find(&parts)?.is_some())
    }

    /// The datasets among some paths, ordered by their values.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] in Terracotta's words if none matches, or several give the same values;
    /// [`values`](Self::values)'s.
    pub fn datasets(&self, paths: impl IntoIterator<Item = String>) -> Result<Vec<Dataset>, Error> {
        let mut found = Vec::new();
        for path in paths {
            if let Some(values) = self.values(&path)? {
                found.push(Dataset::new(values, path));
            }
        }
        if found.is_empty() {
            return Err(Error::invalid(format!(
                "Given pattern matches no files: {}",
                self.text
            )));
        }
        found.sort_by(|a, b| (&a.values, &a.path).cmp(&(&b.values, &b.path)));
        for pair in found.windows(2) {
            if pair[0].values == pair[1].values {
                return Err(Error::invalid(format!(
                    "Pattern leads to duplicate keys: {} and {} are both {:?}",
                    pair[0].path, pair[1].path, pair[0].values
                )));
            }
        }
        Ok(found)
    }

    fn find<'p>(&self, parts: &[&'p str]) -> Result<Option<Vec<&'p str>>, Error> {
        let mut search = Search {
            parts: &self.parts,
            names: parts,
            keys: Vec::new(),
            steps: 0,
        };
        let found = search.part(0);
        if search.steps >= MOST_STEPS {
            return Err(Error::invalid(format!(
                "Invalid pattern: there are too many ways to read {:?} by {}",
                parts.join("/"),
                self.text
            )));
        }
        Ok(found.then_some(search.keys))
    }
}

/// The pattern as it was given.
impl core::fmt::Display for Pattern {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.text)
    }
}

/// One way after the other to read a path, the first of which counts, as with regular expressions.
struct Search<'a, 'p> {
    parts: &'a [Vec<Token>],
    names: &'a [&'p str],
    /// The text of each key so far.
    keys: Vec<&'p str>,
    steps: u32,
}

impl<'p> Search<'_, 'p> {
    fn part(&mut self, index: usize) -> bool {
        let (Some(tokens), Some(name)) = (self.parts.get(index), self.names.get(index)) else {
            return true;
        };
        let hidden = name.starts_with('.') && !matches!(tokens.first(), Some(Token::Literal(_)));
        !hidden && self.tokens(index, 0, name)
    }

    /// Whether the tokens of a part from `token` on, and all further parts, match.
    fn tokens(&mut self, index: usize, token: usize, rest: &'p str) -> bool {
        self.steps += 1;
        if self.steps >= MOST_STEPS {
            return false;
        }
        let Some(found) = self.parts[index].get(token) else {
            return rest.is_empty() && self.part(index + 1);
        };
        let next = token + 1;
        match found {
            Token::Literal(text) => rest
                .strip_prefix(text.as_str())
                .is_some_and(|rest| self.tokens(index, next, rest)),
            Token::Again(key) => {
                let text = self.keys[*key];
                rest.strip_prefix(text)
                    .is_some_and(|rest| self.tokens(index, next, rest))
            }
            Token::Character => {
                let mut rest = rest.chars();
                rest.next().is_some() && self.tokens(index, next, rest.as_str())
            }
            Token::Anything => {
                let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
                // What stands behind it says where it can end at all.
                let wanted = self.literal(index, next);
                for end in ends {
                    let rest = &rest[end..];
                    let possible = wanted.as_deref().is_none_or(|text| rest.starts_with(text));
                    if possible && self.tokens(index, next, rest) {
                        return true;
                    }
                }
                false
            }
            Token::Key(_) => {
                let letters = rest.char_indices().take_while(|(_, c)| c.is_alphanumeric());
                let ends: Vec<usize> = letters.map(|(at, c)| at + c.len_utf8()).collect();
                let wanted = self.literal(index, next);
                for end in ends.into_iter().rev() {
                    let (text, rest) = rest.split_at(end);
                    if wanted
                        .as_deref()
                        .is_some_and(|wanted| !rest.starts_with(wanted))
                    {
                        continue;
                    }
                    self.keys.push(text);
                    if self.tokens(index, next, rest) {
                        return true;
                    }
                    self.keys.pop();
                }
                false
            }
        }
    }

    fn literal(&self, index: usize, token: usize) -> Option<String> {
        match self.parts[index].get(token) {
            Some(Token::Literal(text)) => Some(text.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(pattern: &str, path: &str) -> Option<Vec<String>> {
        Pattern::parse(pattern).unwrap().values(path).unwrap()
    }

    /// What Terracotta 0.10.1 makes of the same patterns and files, but for those marked.
    #[test]
    fn keys_are_what_terracotta_tells() {
        for (pattern, path, wanted) in [
            ("/d/{a}.tif", "/d/x.tif", Some(vec!["x"])),
            ("/d/{a}.tif", "/d/x_y.tif", None),
            ("/d/{a}.tif", "/d/x-y.tif", None),
            ("/d/{a}.tif", "/d/Grün٣.tif", Some(vec!["Grün٣"])),
            ("/d/{a}_{b}{}.tif", "/d/x_y-z.tif", Some(vec!["x", "y"])),
            ("/d/{a}{b}.tif", "/d/xyz.tif", Some(vec!["xy", "z"])),
            ("/d/{a}/{b}_{a}.tif", "/d/1/x_1.tif", Some(vec!["1", "x"])),
            ("/d/{a}/{b}_{a}.tif", "/d/1/x_2.tif", None),
            ("/d/{a}{a}.tif", "/d/xyxy.tif", Some(vec!["xy"])),
            ("/d/{{{a}}}.tif", "/d/{x}.tif", Some(vec!["x"])),
            ("/d/{}_{a}.tif", "/d/p_q_r.tif", Some(vec!["r"])),
            ("/d/{}{a}.tif", "/d/.x.tif", None),
            ("/d/.{a}.tif", "/d/.x.tif", Some(vec!["x"])),
            ("/d/{a}.tif", "/d/X.TIF", None),
            ("/d/{a}/{}.tif", "/d/x/y/z.tif", None),
            ("/d/{a!r:>3}.tif", "/d/x.tif", Some(vec!["x"])),
            // Terracotta reads only as much of a path as the pattern needs, and ingests `/d/x_`.
            ("/d/{a}_{}", "/d/x_y.tif", Some(vec!["x"])),
            // Terracotta's `*` finds files, but never matches them.
            ("/d/*_{a}.tif", "/d/p_q.tif", Some(vec!["q"])),
            ("/d/?{a}.tif", "/d/xy.tif", Some(vec!["y"])),
        ] {
            let wanted = wanted.map(|values| values.into_iter().map(str::to_owned).collect());
            assert_eq!(values(pattern, path), wanted, "{pattern} {path}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_terracottas_words() {
        for (pattern, said) in [
            ("/d/a.tif", "Pattern must contain at least one placeholder"),
            ("/d/{}.tif", "Pattern must contain at least one placeholder"),
            ("/d/{a b}.tif", "Key names must be alphanumeric"),
            (
                "/d/{a",
                "Invalid pattern: expected '}' before end of string",
            ),
            (
                "/d/a}",
                "Invalid pattern: Single '}' encountered in format string",
            ),
            ("/d/{a{b}}", "Invalid pattern: unexpected '{' in field name"),
        ] {
            let error = Pattern::parse(pattern).unwrap_err().to_string();
            assert_eq!(error, said, "{pattern}");
        }
        assert!(Pattern::parse(&"{a}".repeat(2000)).is_err());
        let pattern = Pattern::parse("/{a}/{b}_{}").unwrap();
        let paths = |list: &[&str]| {
            list.iter()
                .map(|path| (*path).to_owned())
                .collect::<Vec<_>>()
        };
        let none = pattern.datasets(paths(&["/x"])).unwrap_err().to_string();
        assert!(none.starts_with("Given pattern matches no files"), "{none}");
        let twice = pattern.datasets(paths(&["/x/y_1", "/x/y_2"]));
        let twice = twice.unwrap_err().to_string();
        assert!(
            twice.starts_with("Pattern leads to duplicate keys"),
            "{twice}"
        );
    }

    #[test]
    fn the_rgb_key_goes_last() {
        let pattern = Pattern::parse("/{band}/{date}.tif").unwrap();
        assert!(pattern.clone().with_rgb_key("x").is_err());
        let pattern = pattern.with_rgb_key("band").unwrap();
        assert!(pattern.keys().eq(["date", "band"]));
        let found = pattern.datasets(["/B4/2020.tif".to_owned()]).unwrap();
        assert_eq!(found[0].values, ["2020", "B4"]);
    }

    #[test]
    fn folders_that_cannot_hold_a_match_need_not_be_searched() {
        let pattern = Pattern::parse("/data/x/{a}/{b}-{a}/{c}.tif").unwrap();
        assert_eq!(pattern.folder(), "/data/x/");
        for (folder, leads) in [
            ("/data", true),
            ("/data/x/1", true),
            ("/data/x/1/y-1", true),
            ("/data/x/1/y-2", false),
            ("/data/y", false),
            ("/data/x/1/y-1/z", false),
        ] {
            assert_eq!(pattern.leads_into(folder).unwrap(), leads, "{folder}");
        }
        assert_eq!(Pattern::parse("{a}.tif").unwrap().folder(), "");
        assert_eq!(Pattern::parse("/{a}.tif").unwrap().folder(), "/");
        let bucket = Pattern::parse("s3://bucket/p/{a}.tif").unwrap();
        assert_eq!(bucket.folder(), "s3://bucket/p/");
        assert!(bucket.values("s3://bucket/p/x.tif").unwrap().is_some());
    }

    #[test]
    fn no_path_takes_for_ever() {
        let many = format!("/{}x", "{}{}{}{}".repeat(8));
        let pattern = Pattern::parse(&format!("{many}{{a}}!")).unwrap();
        let long = format!("/{}", "xy".repeat(500));
        // Whether it is told or refused: it comes back.
        let _ = pattern.values(&long);
        let names: String = (0..12).map(|key| format!("{{k{key}}}")).collect();
        let pattern = Pattern::parse(&format!("/{names}{names}!")).unwrap();
        assert!(pattern.values(&format!("/{}", "ab".repeat(100))).is_err());
    }

    proptest! {
        #[test]
        fn what_is_filled_in_is_told(a in "[a-zA-Z0-9é]{1,9}", b in "[a-z0-9]{1,9}", c in "[a-z._-]{0,9}") {
            let path = format!("/data/{a}/{b}_{a}-{c}.tif");
            let found = values("/data/{a}/{b}_{a}-{}.tif", &path);
            prop_assert_eq!(found, Some(vec![a, b]));
        }

        #[test]
        fn nothing_panics(pattern in "[{}a*?/:!é]{0,20}", path in "[a/.é{}]{0,20}") {
            if let Ok(pattern) = Pattern::parse(&pattern) {
                let _ = pattern.values(&path);
                let _ = pattern.leads_into(&path);
                prop_assert!(pattern.folder().len() <= pattern.to_string().len());
            }
        }
    }
}
