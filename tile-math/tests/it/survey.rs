//! Development aid: measures a file written by `tests/oracle/transforms.py`.
use std::collections::BTreeMap;
use tile_math::{Crs, Transformer};

#[test]
fn survey() {
    let Ok(path) = std::env::var("SURVEY") else {
        return;
    };
    let text = std::fs::read_to_string(path).unwrap();
    let mut worst: BTreeMap<(String, String), (f64, f64)> = BTreeMap::new();
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut cache: Option<(String, String, Option<(Transformer, f64, bool)>)> = None;
    for line in text.lines().skip(1) {
        let f: Vec<&str> = line.split(' ').collect();
        if f[2] == "none" {
            continue;
        }
        let key = (f[0].to_owned(), f[1].to_owned());
        if cache
            .as_ref()
            .is_none_or(|c| (&c.0, &c.1) != (&key.0, &key.1))
        {
            let crs = match f[0].strip_prefix('E') {
                Some(c) => Crs::from_authority("ESRI", c),
                None => Crs::from_epsg(f[0].parse().unwrap()),
            }
            .unwrap();
            let from = if f[1] == "pure" {
                crs.geographic()
            } else {
                Crs::wgs84()
            };
            let t = match Transformer::new(&from, &crs) {
                Ok(t) => Some((t, crs.meters_per_unit(), crs.is_geographic())),
                Err(e) => {
                    refused
                        .entry(e.to_string().split(": ").nth(1).unwrap_or("?").to_owned())
                        .or_default()
                        .push(f[0].to_owned());
                    None
                }
            };
            cache = Some((key.0.clone(), key.1.clone(), t));
        }
        let Some((t, unit, geo)) = &cache.as_ref().unwrap().2 else {
            continue;
        };
        let n: Vec<f64> = f[2..8].iter().map(|v| v.parse().unwrap()).collect();
        let (err, back) = match t.point(n[0], n[1]) {
            None if n[2].is_infinite() => (0.0, 0.0),
            None => (f64::INFINITY, 0.0),
            Some(_) if n[2].is_infinite() => (1e9, 0.0),
            Some((x, y)) => {
                let mut dx = (x - n[2]).abs();
                if *geo && dx > 180.0 {
                    dx = (dx - 360.0).abs()
                }
                if *geo {
                    dx *= n[3].to_radians().cos()
                }
                let fwd = dx.hypot(y - n[3]) * unit;
                let back = match t.inverse().point(n[2], n[3]) {
                    None if n[4].is_infinite() => 0.0,
                    None => f64::INFINITY,
                    Some(_) if n[4].is_infinite() => 0.0,
                    Some((a, b)) => {
                        let mut d = (a - n[4]).abs();
                        if d > 180.0 {
                            d = (d - 360.0).abs()
                        }
                        (d * n[5].to_radians().cos()).hypot(b - n[5]) * 111_319.0
                    }
                };
                (fwd, back)
            }
        };
        let w = worst.entry(key).or_insert((0.0, 0.0));
        w.0 = w.0.max(err);
        w.1 = w.1.max(back);
    }
    for mode in ["pure", "wgs84"] {
        for (what, pick) in [("forward", 0), ("inverse", 1)] {
            let v: Vec<(f64, &String)> = worst
                .iter()
                .filter(|(k, _)| k.1 == mode)
                .map(|(k, e)| (if pick == 0 { e.0 } else { e.1 }, &k.0))
                .collect();
            let count = |l: f64, h: f64| v.iter().filter(|e| e.0 > l && e.0 <= h).count();
            println!(
                "{mode} {what}: n={} <=1um {} <=1mm {} <=1m {} <=10m {} >10m {} inf {}",
                v.len(),
                count(-1.0, 1e-6),
                count(1e-6, 1e-3),
                count(1e-3, 1.0),
                count(1.0, 10.0),
                count(10.0, 1e300),
                v.iter().filter(|e| e.0.is_infinite()).count()
            );
            let mut bad: Vec<_> = v.iter().filter(|e| e.0 > 1e-3).collect();
            bad.sort_by(|a, b| b.0.total_cmp(&a.0));
            println!(
                "   {:?}",
                bad.iter()
                    .take(70)
                    .map(|e| format!("{}:{:.2e}", e.1, e.0))
                    .collect::<Vec<_>>()
            );
        }
    }
    for (why, codes) in refused {
        println!(
            "REFUSED {why}: {} {:?}",
            codes.len(),
            &codes[..codes.len().min(8)]
        );
    }
}
