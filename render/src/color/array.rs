//! Colormaps in NumPy's files.

/// So many colours from an `.npy` file (NEP 1) of as many times 4 or 3 bytes, in either order.
pub(crate) fn parse<const COUNT: usize>(bytes: &[u8]) -> Result<[[u8; 4]; COUNT], String> {
    let rest = bytes.strip_prefix(b"\x93NUMPY").ok_or("not a .npy file")?;
    let (length, rest) = match rest {
        [1, _, low, high, rest @ ..] => (usize::from(u16::from_le_bytes([*low, *high])), rest),
        [2 | 3, _, a, b, c, d, rest @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, rest),
        _ => return Err("of a version that is not 1, 2 or 3".into()),
    };
    let (header, data) = rest.split_at_checked(length).ok_or("cut short")?;
    let header: String = String::from_utf8_lossy(header)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let says = |text: &str| header.contains(text);
    if !["'|u1'", "'u1'", "'<u1'", "'>u1'", "'|B'"]
        .iter()
        .any(|name| says(name))
    {
        return Err("its type is not uint8".into());
    }
    let has = |channels: usize| says(&format!("'shape':({COUNT},{channels})"));
    let channels = match (has(4), has(3)) {
        (true, _) => 4,
        (_, true) => 3,
        _ => {
            return Err(format!(
                "its shape is neither ({COUNT}, 4) nor ({COUNT}, 3)"
            ));
        }
    };
    if data.len() != COUNT * channels {
        return Err(format!("{} bytes, not {}", data.len(), COUNT * channels));
    }
    let by_columns = says("'fortran_order':True");
    let mut colors = [[0, 0, 0, 255]; COUNT];
    for (step, color) in colors.iter_mut().enumerate() {
        for (channel, value) in color.iter_mut().take(channels).enumerate() {
            *value = if by_columns {
                data[channel * COUNT + step]
            } else {
                data[step * channels + channel]
            };
        }
    }
    Ok(colors)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
    }

    #[test]
    fn both_orders_and_both_widths() {
        let rows: Vec<u8> = (0..=255).flat_map(|k| [k, 255 - k, 7]).collect();
        let columns: Vec<u8> = (0..3)
            .flat_map(|channel| (0..256).map(move |k| (k, channel)))
            .map(|(k, channel)| rows[k * 3 + channel])
            .collect();
        let colors = parse::<256>(&file("|u1", "False", "(256, 3)", &rows)).unwrap();
        assert_eq!(
            (colors[0], colors[255]),
            ([0, 255, 7, 255], [255, 0, 7, 255])
        );
        assert_eq!(
            parse::<256>(&file("|u1", "True", "(256, 3)", &columns)),
            Ok(colors)
        );
        let with_alpha: Vec<u8> = (0..=255).flat_map(|k| [k, k, k, k / 2]).collect();
        let colors = parse::<256>(&file("|u1", "False", "(256, 4)", &with_alpha)).unwrap();
        assert_eq!(colors[255], [255, 255, 255, 127]);
    }

    #[test]
    fn other_files_are_refused() {
        let good = file("|u1", "False", "(256, 4)", &[0; 1024]);
        assert!(parse::<256>(&good).is_ok());
        assert!(parse::<255>(&good).unwrap_err().contains("(255, 4)"));
        for cut in 0..good.len() {
            assert!(parse::<256>(&good[..cut]).is_err(), "{cut}");
        }
        for (bytes, word) in [
            (file("<f8", "False", "(256, 4)", &[0; 1024]), "uint8"),
            (file("|u1", "False", "(255, 4)", &[0; 1020]), "shape"),
            (file("|u1", "False", "(256, 4)", &[0; 1025]), "1025"),
            (b"PNG".to_vec(), "not a .npy"),
            (b"\x93NUMPY\x09\x00".to_vec(), "version"),
            (b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec(), "short"),
        ] {
            let error = parse::<256>(&bytes).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
