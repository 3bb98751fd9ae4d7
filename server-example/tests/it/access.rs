//! What `url=` reaches, and what it does not.

use crate::{
    files,
    server::{Server, encode},
};

#[test]
fn nothing_outside_the_served_folder_or_inside_the_house_is_reached() {
    let dir = tempfile::tempdir().unwrap();
    let served = dir.path().join("served");
    std::fs::create_dir(&served).unwrap();
    files::dem(&served);
    files::rgb(dir.path());
    #[cfg(unix)]
    std::os::unix::fs::symlink(dir.path().join("rgb.tif"), served.join("link.tif")).unwrap();
    let outside = dir.path().join("rgb.tif");
    let server = Server::start([&served]);
    for url in [
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "/etc/passwd",
        "/etc/no-such-file",
        "../rgb.tif",
        "x/../../rgb.tif",
        outside.to_str().unwrap(),
        #[cfg(unix)]
        "link.tif",
        "http://169.254.169.254/",
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "http://127.0.0.1:1/a.tif",
        "http://localhost:1/a.tif",
        "http://0x7f000001/a.tif",
        "http://017700000001/a.tif",
        "http://2130706433/a.tif",
        "http://[::1]:1/a.tif",
        "http://[::ffff:169.254.169.254]/",
        "http://0.0.0.0/a.tif",
        "http://10.0.0.1/a.tif",
        "http://192.168.0.1/a.tif",
        "https://100.64.0.1/a.tif",
        "s3://bucket/key.tif",
        "gs://bucket/key.tif",
        "az://container/key.tif",
    ] {
        let answer = server.get(&format!("/cog/info?url={}", encode(url)));
        assert_eq!(answer.status, 403, "{url}: {}", answer.detail());
    }
    for url in [
        "ftp://h/a.tif",
        "vsis3://bucket/a.tif",
        "http://",
        "http://user:pw@example.org/a.tif",
    ] {
        let answer = server.get(&format!("/cog/info?url={}", encode(url)));
        assert_eq!(answer.status, 400, "{url}: {}", answer.detail());
    }
    // The served folder by every name it has.
    let absolute = served.join("dem.tif");
    let absolute = absolute.to_str().unwrap();
    for url in [
        "dem",
        "dem.tif",
        "./dem.tif",
        absolute,
        &format!("file://{absolute}"),
    ] {
        let answer = server.get(&format!("/cog/info?url={}", encode(url)));
        assert_eq!(
            answer.status,
            200,
            "{url}: {}",
            String::from_utf8_lossy(&answer.body)
        );
    }
}

#[test]
fn a_single_served_file_does_not_open_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let dem = files::dem(dir.path());
    let rgb = files::rgb(dir.path());
    let server = Server::start([&dem]);
    assert_eq!(server.get("/cog/info?url=dem.tif").status, 200);
    assert_eq!(server.get("/cog/info?url=rgb.tif").status, 404);
    let other = server.get(&format!("/cog/info?url={}", encode(rgb.to_str().unwrap())));
    assert_eq!(other.status, 403);
}
