//! Errors as the clients of OGC's older services read them.
//!
//! The status says what went wrong as everywhere else; the body is the exception report of the service's
//! version, unless the client asks for JSON.

use super::xml::Element;
use crate::{Error, http::Failure};
use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use std::collections::BTreeMap;
use utoipa::{
    openapi::{Content, Ref, RefOr, ResponseBuilder},
    schema,
};

/// Whose rules an error follows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Dialect {
    /// WMS 1.1.1: OGC 01-068r3, annex A.
    Wms111,
    /// WMS 1.3.0: OGC 06-042, 7.3.3.11 and annex E.
    Wms130,
    /// WMTS 1.0.0: OGC 06-121r3, clause 8.
    Ows,
}

impl Dialect {
    /// An error with a code of the service's, or with none.
    pub(super) fn exception(
        self,
        error: impl Into<Error>,
        code: Option<&'static str>,
    ) -> Exception {
        Exception {
            dialect: self,
            error: error.into(),
            code,
            locator: None,
            json: false,
        }
    }

    /// An error with the code that its kind has in general.
    pub(super) fn failed(self, error: impl Into<Error>) -> Exception {
        let error = error.into();
        let code = match (self, &error) {
            (Self::Ows, Error::Request(_) | Error::Parameter(_)) => Some("InvalidParameterValue"),
            (Self::Ows, Error::NotFound(_)) => Some("TileOutOfRange"),
            (Self::Ows, _) => Some("NoApplicableCode"),
            _ => None,
        };
        self.exception(error, code)
    }

    /// What a missing parameter is called.
    pub(super) const fn missing(self) -> Option<&'static str> {
        match self {
            Self::Ows => Some("MissingParameterValue"),
            _ => None,
        }
    }

    /// What an unreadable parameter is called.
    pub(super) const fn invalid(self) -> Option<&'static str> {
        match self {
            Self::Ows => Some("InvalidParameterValue"),
            _ => None,
        }
    }
}

/// An error on its way to a client of a service.
#[derive(Debug)]
pub(crate) struct Exception {
    dialect: Dialect,
    error: Error,
    code: Option<&'static str>,
    locator: Option<String>,
    json: bool,
}

impl Exception {
    /// Names the parameter.
    pub(super) fn at(mut self, parameter: &str) -> Self {
        self.locator = Some(parameter.to_ascii_uppercase());
        self
    }

    /// Answers as JSON, as the other routes do.
    pub(super) const fn with_json(mut self, json: bool) -> Self {
        self.json = json;
        self
    }

    fn report(&self) -> Element {
        let message = self.error.to_string();
        match self.dialect {
            Dialect::Ows => {
                let mut exception = Element::new("ows:Exception")
                    .attribute("exceptionCode", self.code.unwrap_or("NoApplicableCode"));
                if let Some(locator) = &self.locator {
                    exception = exception.attribute("locator", locator);
                }
                Element::new("ows:ExceptionReport")
                    .attribute("xmlns:ows", "http://www.opengis.net/ows/1.1")
                    .attribute("version", "1.1.0")
                    .attribute("xml:lang", "en")
                    .child(exception.text("ows:ExceptionText", message))
            }
            Dialect::Wms111 | Dialect::Wms130 => {
                let mut exception = Element::of_text("ServiceException", message);
                if let Some(code) = self.code {
                    exception = exception.attribute("code", code);
                }
                if let Some(locator) = &self.locator {
                    exception = exception.attribute("locator", locator);
                }
                let report = Element::new("ServiceExceptionReport");
                match self.dialect {
                    Dialect::Wms111 => report.attribute("version", "1.1.1"),
                    _ => report
                        .attribute("version", "1.3.0")
                        .attribute("xmlns", "http://www.opengis.net/ogc"),
                }
                .child(exception)
            }
        }
    }

    const fn media_type(&self) -> &'static str {
        match self.dialect {
            Dialect::Wms111 => "application/vnd.ogc.se_xml",
            Dialect::Wms130 | Dialect::Ows => "text/xml",
        }
    }
}

/// What a request to a service may get instead of an answer.
pub(crate) struct ServiceFails;

impl utoipa::IntoResponses for ServiceFails {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let report = |description: &str| {
            let text = || Content::new(Some(schema!(String)));
            let response = ResponseBuilder::new()
                .description(description)
                .content("text/xml", text())
                .content("application/vnd.ogc.se_xml", text())
                .content(
                    "application/json",
                    Content::new(Some(Ref::from_schema_name("Detail"))),
                );
            RefOr::T(response.build())
        };
        [
            ("400", "The request makes no sense, or not for these layers"),
            ("403", "The access policy, or a source's store, refuses"),
            ("404", "There is no such layer or tile"),
            (
                "422",
                "A rendering parameter cannot be read, or a source is damaged or not georeferenced",
            ),
            (
                "502",
                "A source's server did not answer, or not as it should",
            ),
            (
                "503",
                "More requests than the server can work on; Retry-After says when to come back",
            ),
        ]
        .into_iter()
        .map(|(status, description)| (status.to_owned(), report(description)))
        .collect()
    }
}

impl IntoResponse for Exception {
    fn into_response(self) -> Response {
        let report = self.report().document();
        let media_type = self.media_type();
        let json = self.json;
        // Status, headers and log are everybody's.
        let mut response = Failure(self.error).into_response();
        if let (false, Ok(report)) = (json, report) {
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
            headers.remove(header::CONTENT_LENGTH);
            *response.body_mut() = Body::from(report);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_reports_in_its_own_words() {
        let text = |dialect: Dialect| {
            let exception = dialect
                .exception(Error::Request("<no>".into()), Some("LayerNotDefined"))
                .at("layers");
            String::from_utf8(exception.report().document().unwrap()).unwrap()
        };
        let wms = text(Dialect::Wms130);
        assert!(
            wms.contains("xmlns=\"http://www.opengis.net/ogc\""),
            "{wms}"
        );
        assert!(
            wms.contains("code=\"LayerNotDefined\" locator=\"LAYERS\""),
            "{wms}"
        );
        assert!(wms.contains("&lt;no&gt;"), "{wms}");
        assert!(text(Dialect::Wms111).contains("version=\"1.1.1\""));
        assert!(text(Dialect::Ows).contains("exceptionCode=\"LayerNotDefined\""));
    }

    #[test]
    fn the_status_is_the_errors() {
        let response = Dialect::Ows
            .failed(Error::NotFound("no".into()))
            .into_response();
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/xml");
        let response = Dialect::Wms111.failed(Error::Overloaded("full".into()));
        let response = response.into_response();
        assert_eq!(response.status(), 503);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
    }
}
