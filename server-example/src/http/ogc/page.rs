//! Pages for people: one frame, written by `maud`, which escapes what it is given.

use crate::http::{Answer, Incoming};
use axum::response::Response;
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

/// What a page may load: what this server has, and pictures of it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' blob: data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
     frame-ancestors *";

/// A page as an answer.
pub(super) fn respond(answer: Answer<'_>, page: Markup) -> Response {
    answer
        .header("content-security-policy", POLICY)
        .header("referrer-policy", "same-origin")
        .bytes("text/html; charset=utf-8", page.into_string().into())
}

/// The frame of all pages. `script` is a file among the viewer's.
pub(super) fn frame(
    incoming: &Incoming,
    title: &str,
    script: Option<&str>,
    content: &Markup,
) -> Markup {
    let base = incoming.base_url();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) " – Smalti" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" type="image/svg+xml" href={ (base) "/assets/favicon.svg" };
                link rel="stylesheet" href={ (base) "/assets/page.css" };
                @if let Some(script) = script {
                    script type="module" src={ (base) "/assets/" (script) } {}
                }
            }
            body { (content) }
        }
    }
}

/// A JSON answer as a page.
pub(super) fn of_json(incoming: &Incoming, title: &str, value: &Value) -> Markup {
    let base = incoming.base_url();
    let content = html! {
        header {
            nav {
                a href={ (base) "/" } { "Map" }
                a href={ (base) "/collections?f=html" } { "Collections" }
                a href={ (base) "/docs" } { "HTTP interface" }
            }
            h1 { (title) }
            p { a href=(as_json(incoming)) { "As JSON" } }
        }
        main { (node(value)) }
    };
    frame(incoming, title, None, &content)
}

/// This request, for JSON.
fn as_json(incoming: &Incoming) -> String {
    let kept = incoming.query.without(&["f"]);
    let separator = if kept.is_empty() { "" } else { "&" };
    let base = incoming.base_url();
    format!("{base}{}?{kept}{separator}f=json", incoming.uri.path())
}

/// A value; the answers of this server nest a few levels.
fn node(value: &Value) -> Markup {
    match value {
        Value::Null => html! { span.none { "–" } },
        Value::String(text) => scalar(text),
        Value::Array(items) if items.iter().all(|v| !v.is_object() && !v.is_array()) => html! {
            ul.row { @for item in items { li { (node(item)) } } }
        },
        Value::Array(items) => match links(items) {
            Some(links) => links,
            None => html! { ol { @for item in items { li { (node(item)) } } } },
        },
        Value::Object(members) => html! {
            dl {
                @for (name, member) in members {
                    dt { (name) }
                    dd { (node(member)) }
                }
            }
        },
        other => html! { span { (other.to_string()) } },
    }
}

fn scalar(text: &str) -> Markup {
    let address = text.starts_with("http://") || text.starts_with("https://");
    // A template is no address.
    html! {
        @if address && !text.contains('{') { a href=(text) { (text) } }
        @else { span { (text) } }
    }
}

/// Objects with `href` as a list of links.
fn links(items: &[Value]) -> Option<Markup> {
    let texts = |item: &Value| {
        let text = |name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
        let href = text("href")?;
        let title = text("title").unwrap_or_else(|| href.clone());
        Some((href, title, text("rel").unwrap_or_default()))
    };
    let links: Vec<_> = items.iter().map(texts).collect::<Option<_>>()?;
    Some(html! {
        ul.links {
            @for (href, title, rel) in links {
                li {
                    @if href.contains('{') { code { (href) } " " (title) }
                    @else { a href=(href) { (title) } }
                    " " small { (rel) }
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_stranger_named_stays_text() {
        let incoming = Incoming::example("/cog/tiles?url=%3Cscript%3E&f=html", &[]);
        let hostile = "<script>alert(1)</script>\" onload=\"x";
        let value = json!({ hostile: [hostile, { "href": hostile, "title": hostile }], "links": [{ "href": hostile }] });
        let page = of_json(&incoming, hostile, &value).into_string();
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(!page.contains("\" onload"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)"));
        assert!(
            page.contains("/cog/tiles?url=%3Cscript%3E&amp;f=json"),
            "{page}"
        );
    }

    #[test]
    fn only_addresses_become_links() {
        let page = node(&json!([
            "javascript:alert(1)",
            "https://a.org/b",
            "https://a.org/{z}"
        ]));
        let page = page.into_string();
        assert_eq!(page.matches("<a ").count(), 1, "{page}");
    }
}
