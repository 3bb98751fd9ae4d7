//! The registered CRSs: `data/crs.txt` and `data/shifts.txt`, read lazily.
//!
//! Both are written by `tests/oracle/make_registry.py`, which explains their lines. They are part
//! of the program, so a line that breaks their form is a mistake of the build and found by
//! the test `every_record_reads`.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::definition::{Axes, DEGREE, DatumDef, Definition, EllipsoidDef, Id, ShiftDef};
use super::shift::ShiftOperation;
use crate::projection::Operation;

static CRS: &str = include_str!("../../data/crs.txt");
static SHIFTS: &str = include_str!("../../data/shifts.txt");

/// A record's key: whether Esri's, and the number.
type Key = (bool, u32);

struct Registry {
    ellipsoids: Vec<&'static str>,
    datums: Vec<&'static str>,
    /// Sorted by key.
    records: Vec<(Key, &'static str)>,
    shifts: HashMap<Key, Vec<&'static str>>,
    /// Geographic CRSs by normalized names of theirs and of their datums.
    names: HashMap<&'static str, Key>,
}

fn key_of(text: &str) -> Option<Key> {
    Some(match text.strip_prefix('E') {
        Some(code) => (true, code.parse().ok()?),
        None => (false, text.parse().ok()?),
    })
}

fn id_of(key: Key) -> Id {
    Id::new(if key.0 { "ESRI" } else { "EPSG" }, key.1)
}

fn key_of_id(id: &Id) -> Option<Key> {
    let esri = match id.authority.as_str() {
        "EPSG" => false,
        "ESRI" => true,
        _ => return None,
    };
    Some((esri, id.number()?))
}

fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        let mut registry = Registry {
            ellipsoids: Vec::new(),
            datums: Vec::new(),
            records: Vec::new(),
            shifts: HashMap::new(),
            names: HashMap::new(),
        };
        for line in CRS.lines() {
            match line.split('|').next() {
                Some("E") => registry.ellipsoids.push(line),
                Some("D") => registry.datums.push(line),
                Some("N") => {
                    let mut fields = line.split('|').skip(1);
                    if let (Some(name), Some(key)) = (fields.next(), fields.next().and_then(key_of))
                    {
                        registry.names.insert(name, key);
                    }
                }
                _ => {
                    if let Some(key) = line.split('|').nth(1).and_then(key_of) {
                        registry.records.push((key, line));
                    }
                }
            }
        }
        registry.records.sort_by_key(|(key, _)| *key);
        for line in SHIFTS.lines() {
            if let Some(key) = line.split('|').nth(1).and_then(key_of) {
                registry.shifts.entry(key).or_default().push(line);
            }
        }
        registry
    })
}

/// What the registry says about a code.
#[derive(Debug)]
pub(crate) enum Found {
    Crs(Box<Definition>),
    /// Listed, but with a method that has no PROJ string: name and method.
    Refused(String, String),
}

/// The CRS of an identifier; a compound or three-dimensional one gives its horizontal part.
pub(crate) fn find(id: &Id) -> Option<Found> {
    let mut key = key_of_id(id)?;
    // An alias leads to a record, never to another alias; the bound guards against a bad table.
    for _ in 0..3 {
        let line = record(key)?;
        let mut fields = line.split('|');
        match fields.next()? {
            "A" => key = key_of(fields.nth(1)?)?,
            "X" => {
                return Some(Found::Refused(
                    fields.nth(1)?.to_owned(),
                    fields.next()?.to_owned(),
                ));
            }
            "G" => return geographic(line).map(|d| Found::Crs(Box::new(d))),
            "P" => return projected(line).map(|d| Found::Crs(Box::new(d))),
            _ => return None,
        }
    }
    None
}

fn record(key: Key) -> Option<&'static str> {
    let records = &registry().records;
    let at = records.binary_search_by_key(&key, |(k, _)| *k).ok()?;
    Some(records[at].1)
}

fn ellipsoid(index: usize) -> Option<EllipsoidDef> {
    let mut fields = registry().ellipsoids.get(index)?.split('|').skip(2);
    Some(EllipsoidDef {
        code: fields.next()?.parse().ok(),
        name: fields.next()?.to_owned(),
        a: fields.next()?.parse().ok()?,
        inverse_flattening: fields.next()?.parse().ok()?,
    })
}

fn datum(index: usize) -> Option<DatumDef> {
    let mut fields = registry().datums.get(index)?.split('|').skip(2);
    Some(DatumDef {
        code: fields.next()?.parse().ok(),
        name: fields.next()?.to_owned(),
        ellipsoid: ellipsoid(fields.next()?.parse().ok()?)?,
        prime_meridian: fields.next()?.parse().ok()?,
        prime_meridian_name: fields.next()?.to_owned(),
    })
}

fn area(text: &str) -> Option<[f64; 4]> {
    let mut sides = text.split(',').map(str::parse);
    let mut side = || sides.next()?.ok();
    Some([side()?, side()?, side()?, side()?])
}

fn geographic(line: &str) -> Option<Definition> {
    let mut fields = line.split('|').skip(1);
    let key = key_of(fields.next()?)?;
    let axes = Axes::parse(fields.next()?)?;
    let unit: f64 = fields.next()?.parse().ok()?;
    let datum = datum(fields.next()?.parse().ok()?)?;
    let area = area(fields.next()?);
    let name = fields.next()?.to_owned();
    let shift = if registry().shifts.contains_key(&key) {
        ShiftDef::Registered(id_of(key))
    } else {
        ShiftDef::Null
    };
    // The registry's 16 digits of a degree are exactly this constant; be sure of it.
    let unit = if (unit - DEGREE).abs() < 1e-15 {
        DEGREE
    } else {
        unit
    };
    Some(Definition {
        base_name: name.clone(),
        name,
        id: Some(id_of(key)),
        datum,
        shift,
        base_id: Some(id_of(key)),
        axes,
        unit,
        base_unit: unit,
        operation: None,
        area,
    })
}

fn projected(line: &str) -> Option<Definition> {
    let mut fields = line.split('|').skip(1);
    let key = key_of(fields.next()?)?;
    let axes = Axes::parse(fields.next()?)?;
    let unit = fields.next()?.parse().ok()?;
    let base = geographic(record(key_of(fields.next()?)?)?)?;
    let area = area(fields.next()?);
    let name = fields.next()?.to_owned();
    let mut operation = Operation::default();
    for token in fields.next()?.split(' ') {
        match token.split_once('=') {
            Some(("proj", method)) => method.clone_into(&mut operation.method),
            Some(("k", value)) => operation = operation.with("k_0", value.parse().ok()?),
            Some((parameter, value)) => match value.parse() {
                Ok(value) => operation = operation.with(parameter, value),
                Err(_) => operation = operation.with_flag(token),
            },
            None => operation = operation.with_flag(token),
        }
    }
    operation.flags.remove("wktext");
    Some(Definition {
        name,
        id: Some(id_of(key)),
        axes,
        unit,
        operation: Some(operation),
        area,
        base_unit: base.unit,
        ..base
    })
}

/// The geographic CRS that stands for a name of a datum or geographic CRS (normalized).
pub(crate) fn by_name(name: &str) -> Option<Id> {
    registry().names.get(name).map(|key| id_of(*key))
}

/// The ellipsoid of EPSG's code.
pub(crate) fn ellipsoid_by_code(code: u32) -> Option<EllipsoidDef> {
    let lines = &registry().ellipsoids;
    (0..lines.len())
        .filter_map(ellipsoid)
        .find(|e| e.code == Some(code))
}

/// The datum of EPSG's code, and the geographic CRS that stands for it.
pub(crate) fn datum_by_code(code: u32) -> Option<(DatumDef, Option<Id>)> {
    let lines = &registry().datums;
    let datum = (0..lines.len())
        .filter_map(datum)
        .find(|d| d.code == Some(code))?;
    let id = by_name(&super::methods::normalize(&datum.name));
    Some((datum, id))
}

/// The operations from a geographic CRS to WGS 84, in the registry's order.
pub(crate) fn shifts(id: &Id) -> Vec<ShiftOperation> {
    let Some(lines) = key_of_id(id).and_then(|key| registry().shifts.get(&key)) else {
        return Vec::new();
    };
    lines.iter().filter_map(|line| shift(line)).collect()
}

fn shift(line: &str) -> Option<ShiftOperation> {
    let mut fields = line.split('|').skip(2);
    let area = area(fields.next()?)?;
    let accuracy = fields.next()?;
    let (accuracy, offshore) = accuracy
        .strip_suffix('o')
        .map_or((accuracy, false), |a| (a, true));
    ShiftOperation::parse(
        area,
        accuracy.parse().ok()?,
        offshore,
        fields.next()?,
        |key| ellipsoid(key.parse().ok()?).map(|e| e.figure()),
    )
}

/// All identifiers of CRSs that can be asked for, aliases included.
pub(crate) fn identifiers() -> impl Iterator<Item = Id> {
    registry()
        .records
        .iter()
        .filter(|(_, line)| !line.starts_with('X'))
        .map(|(key, _)| id_of(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_reads() {
        let mut count = 0;
        for line in CRS.lines() {
            let id = line
                .split('|')
                .nth(1)
                .filter(|_| !line.starts_with('N'))
                .and_then(key_of)
                .map(id_of);
            match line.as_bytes()[0] {
                b'E' => assert!(ellipsoid(count_before(line)).is_some(), "{line}"),
                b'D' => assert!(datum(count_before(line)).is_some(), "{line}"),
                b'N' => {
                    let name = line.split('|').nth(1).expect("a name");
                    let id = by_name(name).expect("known");
                    assert!(matches!(find(&id), Some(Found::Crs(_))), "{line}");
                }
                _ => assert!(id.as_ref().and_then(find).is_some(), "{line}"),
            }
            count += 1;
        }
        assert!(count > 9000);
        for line in SHIFTS.lines() {
            assert!(shift(line).is_some(), "{line}");
        }
    }

    /// The key of an ellipsoid or datum line is its position.
    fn count_before(line: &str) -> usize {
        line.split('|')
            .nth(1)
            .and_then(|k| k.parse().ok())
            .expect("a number")
    }
}
