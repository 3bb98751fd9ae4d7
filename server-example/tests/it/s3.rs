//! A bucket is served like a folder, and only then.

use crate::{
    files,
    server::{Server, encode},
};

/// Address and bucket of the S3 server that `cargo xtask test` starts; `None`, and a word of it, without one.
pub(crate) fn bucket() -> Option<(String, String)> {
    let variable = |name: &str| std::env::var(name).ok();
    let found = variable("SMALTI_S3_ENDPOINT").zip(variable("SMALTI_S3_BUCKET"));
    if found.is_none() {
        println!("not run: SMALTI_S3_ENDPOINT is not set; `cargo xtask test` sets it");
    }
    found
}

#[test]
fn a_bucket_is_listed_and_its_files_are_layers() {
    let Some((endpoint, bucket)) = bucket() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(files::dem(dir.path())).unwrap();
    for (key, body) in [
        ("smalti/a%20b.tif", &bytes[..]),
        ("smalti/deep/c.tif", &bytes),
        ("smalti/notes.txt", b"no TIFF"),
        ("other/secret.tif", &bytes),
    ] {
        ureq::put(format!("{endpoint}/{bucket}/{key}"))
            .send(body)
            .unwrap();
    }
    let environment = [
        ("AWS_ENDPOINT", endpoint.as_str()),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", "us-east-1"),
    ];
    let folder = format!("s3://{bucket}/smalti/");
    let server = Server::start_with("serve", [&folder], &environment);
    let layers = server.get("/layers").json();
    let ids: Vec<_> = layers["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["a-20b", "c"]);
    for layer in layers["layers"].as_array().unwrap() {
        let url = encode(layer["url"].as_str().unwrap());
        assert_eq!(
            server.get(&format!("/cog/info?url={url}")).status,
            200,
            "{url}"
        );
    }
    let (lon, lat) = files::place(100.0, 100.0);
    let point = server
        .get(&format!("/cog/point/{lon},{lat}?url=c&bidx=1"))
        .json();
    assert_eq!(
        point["values"][0].as_f64().unwrap() as f32,
        files::height(0, 100, 100)
    );
    // What lies beside the served part is not open.
    let secret = encode(&format!("s3://{bucket}/other/secret.tif"));
    assert_eq!(server.get(&format!("/cog/info?url={secret}")).status, 403);
    let missing = encode(&format!("s3://{bucket}/smalti/none.tif"));
    assert_eq!(server.get(&format!("/cog/info?url={missing}")).status, 404);
}
