//! What there is: keys, datasets, metadata.

use super::keyed::{Keyed, bounds, message};
use crate::server::{Answer, Server};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};

fn bands(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let datasets = answer.json()["datasets"].as_array().unwrap().clone();
    datasets
        .iter()
        .map(|dataset| (text(&dataset["date"]), text(&dataset["band"])))
        .collect()
}

#[test]
fn keys_are_told_in_order() {
    let server = Keyed::start();
    let answer = server.get("/keys");
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({ "keys": [{ "key": "date" }, { "key": "band", "description": "of the satellite" }] })
    );
}

#[test]
fn datasets_are_filtered_ordered_and_paged() {
    let server = Keyed::start();
    let of = |query: &str| {
        let answer = server.get(&format!("/datasets{query}"));
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        bands(&answer)
            .into_iter()
            .map(|(date, band)| format!("{}{band}", &date[4..]))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(""), ["0101B1", "0101B2", "0202B1"]);
    assert_eq!(of("?band=B1"), ["0101B1", "0202B1"]);
    assert_eq!(of("?band=B1&date=20200202"), ["0202B1"]);
    assert_eq!(of("?band=[B1,B2]&limit=2"), ["0101B1", "0101B2"]);
    assert_eq!(of("?band=[B1,B2]&limit=2&page=1"), ["0202B1"]);
    assert_eq!(of("?page=9"), [""; 0]);
    assert_eq!(of("?limit=0"), [""; 0]);
    assert_eq!(of("?band="), [""; 0]);
    assert_eq!(of("?order_by=[band,date]"), ["0101B1", "0202B1", "0101B2"]);
    assert_eq!(of("?order_by=band"), ["0101B1", "0202B1", "0101B2"]);
    assert_eq!(of("?ascending=false"), ["0202B1", "0101B2", "0101B1"]);
    // Beyond Terracotta.
    assert_eq!(of("?date__prefix=202002"), ["0202B1"]);
    assert_eq!(of("?date__gte=20200102"), ["0202B1"]);
    assert_eq!(of("?date__lte=20200101&band__gte=B2"), ["0101B2"]);
    let [west, south, ..] = bounds();
    assert_eq!(
        of(&format!("?bbox={west},{south},180,90&limit=1")),
        ["0101B1"]
    );
    assert_eq!(of("?bbox=-90,0,-80,10"), [""; 0]);
    let counted = server.get("/datasets?count=true&limit=1").json();
    assert_eq!(
        (&counted["total"], &counted["limit"]),
        (&json!(3), &json!(1))
    );
    assert!(server.get("/datasets").json()["total"].is_null());
}

#[test]
fn metadata_is_told_by_columns() {
    let server = Keyed::start();
    let all = server.get("/metadata/20200101/B1/").json();
    assert_eq!(all["keys"], json!({ "date": "20200101", "band": "B1" }));
    assert_eq!(all["range"], json!([0.0, 699.599]));
    assert_eq!(all["percentiles"].as_array().unwrap().len(), 99);
    for name in [
        "bounds",
        "convex_hull",
        "valid_percentage",
        "mean",
        "stdev",
        "metadata",
    ] {
        assert!(!all[name].is_null(), "{name}");
    }
    let some = server
        .get("/metadata/20200101/B2?columns=[%22mean%22]")
        .json();
    assert_eq!(some.as_object().unwrap().len(), 2);
    let body = r#"{"keys": [["20200202", "B1"], ["20200101", "B2"]]}"#;
    let several = server.post("/metadata?columns=[%22range%22]", body).json();
    assert_eq!(several[0]["keys"]["date"], "20200202");
    assert_eq!(several[1]["range"], json!([1000.0, 1699.599]));
    assert_eq!(
        server.post("/metadata", r#"{"keys": []}"#).json(),
        json!([])
    );
}

#[test]
fn mistakes_have_terracottas_statuses_and_messages() {
    let server = Keyed::start();
    let got = |path: &str| server.get(path);
    let posted = |body: &str| server.post("/metadata", body);
    let many = format!(r#"{{"keys": [{}]}}"#, vec![r#"["a","b"]"#; 101].join(","));
    for (answer, status, words) in [
        (
            got("/metadata/20200101"),
            400,
            "Got wrong number of keys (available keys: ('date', 'band'))",
        ),
        (got("/metadata/20200101/nope"), 404, "No dataset found"),
        (got("/metadata/20200101/B1?columns=x"), 400, "columns"),
        (
            got("/metadata/20200101/B1?foo=1"),
            400,
            "{'foo': ['Unknown field.']}",
        ),
        (
            got("/datasets?foo=1"),
            400,
            "Encountered unrecognized keys {'foo'} (available keys: ('date', 'band'))",
        ),
        (
            got("/datasets?limit=-1"),
            400,
            "{'limit': ['Must be greater than or equal to 0.']}",
        ),
        (got("/datasets?order_by=nope"), 400, "nope"),
        (posted("[]"), 400, "Request body must be a JSON object"),
        (posted("{"), 400, "JSON"),
        (
            posted(r#"{"keys": [["20200101", "B1"], ["x", "y"]]}"#),
            404,
            "No dataset found",
        ),
        (posted(&many), 400, "Maximum number of keys exceeded (100)"),
    ] {
        assert_eq!(answer.status, status, "{words}: {answer:?}");
        let said = message(&answer);
        assert!(said.contains(words), "{said} lacks {words}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    let plain = Request::post("/metadata").header(header::CONTENT_TYPE, "text/plain");
    let plain = server.ask(plain.body(Body::from(r#"{"keys": []}"#)).unwrap());
    assert_eq!(plain.status, 415);
    let other = server.get("/metadata");
    assert_eq!((other.status, other.header("allow")), (405, Some("POST")));
    assert_eq!(got("/keys/").status, 404);
}

#[test]
fn a_server_without_a_catalog_says_so() {
    let server = Server::start([""; 0]);
    for path in ["/keys", "/datasets", "/metadata/a/b"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(message(&answer).contains("serve -d"), "{path}");
    }
}

#[test]
fn pages_of_others_may_list() {
    let server = Keyed::start();
    let origin = [("origin", "https://a.org")];
    let asked = server.get_with("/keys", &origin);
    assert_eq!(asked.header("access-control-allow-origin"), Some("*"));
    let preflight = Request::builder()
        .method(Method::OPTIONS)
        .uri("/metadata")
        .header("origin", "https://a.org")
        .header("access-control-request-method", "POST");
    let preflight = server.ask(preflight.body(Body::empty()).unwrap());
    assert_eq!(preflight.status, 200);
    let methods = preflight.header("access-control-allow-methods").unwrap();
    assert!(methods.contains("POST"), "{methods}");
}

#[test]
fn what_a_client_has_is_not_sent_again_and_what_changed_is() {
    let server = Keyed::start();
    let first = server.get("/datasets");
    let tag = first.header("etag").unwrap().to_owned();
    assert_eq!(first.header("cache-control"), Some("public, max-age=0"));
    let same = server.get_with("/datasets", &[("if-none-match", &tag)]);
    assert_eq!(same.status, 304);
    let entry = catalog::Entry::new(["20200303", "B1"], "elsewhere.tif");
    futures_util::FutureExt::now_or_never(server.catalog.insert(&[entry]))
        .unwrap()
        .unwrap();
    let changed = server.get_with("/datasets", &[("if-none-match", &tag)]);
    assert_eq!(changed.status, 200);
}
