//! The demo makes a world and serves it.

use crate::server::{Server, smalti, stderr};

#[test]
fn the_demo_makes_five_files_and_serves_them() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().to_str().unwrap();
    let output = smalti(["demo", "--dir", folder, "--scale", "0.06", "--no-serve"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let written = std::fs::metadata(dir.path().join("terrain.tif"))
        .unwrap()
        .modified()
        .unwrap();
    for file in ["terrain", "imagery", "multispectral_2024-07-21"] {
        let path = dir.path().join(format!("{file}.tif"));
        let output = smalti(["validate", "--strict", path.to_str().unwrap()]);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }

    // The files are used again.
    let server = Server::start_command("demo", ["--dir", folder, "--scale", "0.06"]);
    let again = std::fs::metadata(dir.path().join("terrain.tif"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(written, again);
    let layers = server.get("/layers").json();
    let layers = layers["layers"].as_array().unwrap();
    let ids: Vec<_> = layers.iter().map(|l| l["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        [
            "imagery",
            "multispectral-2024-04-12",
            "multispectral-2024-07-21",
            "multispectral-2024-10-09",
            "terrain"
        ]
    );
    assert_eq!(layers[1]["group"], "multispectral");
    assert_eq!(layers[2]["time"], "2024-07-21");
    assert_eq!(layers[1]["bands"][3]["description"], "nir");
    assert_eq!(layers[4]["dtype"], "float32");
    // Each band is a keyed dataset.
    let keys = server.get("/keys").json();
    assert_eq!(keys["keys"][2]["key"], "band");
    let datasets = server.get("/datasets?limit=100").json();
    assert_eq!(datasets["datasets"].as_array().unwrap().len(), 16);
    let nir = server.get("/metadata/multispectral/2024-07-21/nir").json();
    assert!(nir["range"][1].as_f64().unwrap() > 1000.0, "{nir}");
    // All show the same place.
    for layer in layers {
        let bounds: Vec<f64> = layer["bounds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_f64().unwrap())
            .collect();
        let (lon, lat) = ((bounds[0] + bounds[2]) / 2.0, (bounds[1] + bounds[3]) / 2.0);
        assert!(
            (lon + 9.08).abs() < 0.02 && (lat - 46.02).abs() < 0.02,
            "{lon} {lat}"
        );
        let id = layer["id"].as_str().unwrap();
        let point = server.get(&format!("/cog/point/{lon},{lat}?url={id}"));
        assert_eq!(point.status, 200, "{id}");
    }
}
