//! The sets known by name, read from `data/tms` when first asked for.

use std::sync::{Arc, OnceLock};

use super::TileMatrixSet;

/// Sorted, as [`DOCUMENTS`].
pub(super) static IDS: &[&str] = &[
    "CDB1GlobalGrid",
    "CanadianNAD83_LCC",
    "EuropeanETRS89_LAEAQuad",
    "GNOSISGlobalGrid",
    "LINZAntarticaMapTilegrid",
    "NZTM2000Quad",
    "UPSAntarcticWGS84Quad",
    "UPSArcticWGS84Quad",
    "UTM31WGS84Quad",
    "WGS1984Quad",
    "WebMercatorQuad",
    "WorldCRS84Quad",
    "WorldMercatorWGS84Quad",
];

const COUNT: usize = 13;

static DOCUMENTS: [&str; COUNT] = [
    include_str!("../../data/tms/CDB1GlobalGrid.json"),
    include_str!("../../data/tms/CanadianNAD83_LCC.json"),
    include_str!("../../data/tms/EuropeanETRS89_LAEAQuad.json"),
    include_str!("../../data/tms/GNOSISGlobalGrid.json"),
    include_str!("../../data/tms/LINZAntarticaMapTilegrid.json"),
    include_str!("../../data/tms/NZTM2000Quad.json"),
    include_str!("../../data/tms/UPSAntarcticWGS84Quad.json"),
    include_str!("../../data/tms/UPSArcticWGS84Quad.json"),
    include_str!("../../data/tms/UTM31WGS84Quad.json"),
    include_str!("../../data/tms/WGS1984Quad.json"),
    include_str!("../../data/tms/WebMercatorQuad.json"),
    include_str!("../../data/tms/WorldCRS84Quad.json"),
    include_str!("../../data/tms/WorldMercatorWGS84Quad.json"),
];

pub(super) fn find(id: &str) -> Option<Arc<TileMatrixSet>> {
    static SETS: [OnceLock<Arc<TileMatrixSet>>; COUNT] = [const { OnceLock::new() }; COUNT];
    let at = IDS.iter().position(|known| *known == id)?;
    let set = SETS[at].get_or_init(|| {
        Arc::new(TileMatrixSet::from_json(DOCUMENTS[at]).expect("built-in sets are valid: tested"))
    });
    Some(Arc::clone(set))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_valid_and_carry_their_name() {
        for id in IDS {
            assert_eq!(find(id).expect("listed").id(), *id);
        }
        assert!(find("webmercatorquad").is_none());
    }
}
