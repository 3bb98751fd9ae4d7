//! XML documents, built as trees and written by `quick-xml`, which escapes every name that a file or a request brings.

use crate::Error;
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};
use std::io;

/// An element with its attributes and what is in it.
#[derive(Clone, Debug)]
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Vec<Node>,
}

#[derive(Clone, Debug)]
enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    pub(super) const fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            content: Vec::new(),
        }
    }

    /// An element that holds a text.
    pub(super) fn of_text(name: &'static str, text: impl ToString) -> Self {
        let mut element = Self::new(name);
        element.content.push(Node::Text(plain(&text.to_string())));
        element
    }

    pub(super) fn attribute(mut self, name: &'static str, value: impl ToString) -> Self {
        self.attributes.push((name, plain(&value.to_string())));
        self
    }

    pub(super) fn child(mut self, child: Self) -> Self {
        self.content.push(Node::Element(child));
        self
    }

    pub(super) fn children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.content.extend(children.into_iter().map(Node::Element));
        self
    }

    /// A child that holds a text.
    pub(super) fn text(self, name: &'static str, text: impl ToString) -> Self {
        self.child(Self::of_text(name, text))
    }

    /// The document of which this is the root.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] if the writer refuses; memory takes all there is.
    pub(super) fn document(&self) -> Result<Vec<u8>, Error> {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
        let written = writer
            .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
            .and_then(|()| self.write(&mut writer));
        written.map_err(|e| Error::failed("an answer cannot be written as XML", &e))?;
        Ok(writer.into_inner())
    }

    // As deep as the documents of this module nest: a stranger's text is never an element.
    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let start = BytesStart::new(self.name).with_attributes(attributes);
        if self.content.is_empty() {
            return writer.write_event(Event::Empty(start));
        }
        writer.write_event(Event::Start(start))?;
        for node in &self.content {
            match node {
                Node::Element(element) => element.write(writer)?,
                Node::Text(text) => writer.write_event(Event::Text(BytesText::new(text)))?,
            }
        }
        writer.write_event(Event::End(BytesEnd::new(self.name)))
    }
}

/// The text with `�` for the characters that XML 1.0 (2.2) has no way to hold, escaped or not.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'.. => c,
            _ => char::REPLACEMENT_CHARACTER,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_place() {
        let hostile = "a<b>&\"'\u{0}\u{1b}\u{ffff}ü";
        let element = Element::new("Layer")
            .attribute("name", hostile)
            .text("Title", hostile);
        let text = String::from_utf8(element.document().unwrap()).unwrap();
        assert_eq!(text.matches('<').count(), 5, "{text}");
        let mut reader = quick_xml::Reader::from_str(&text);
        reader.config_mut().trim_text(false);
        let mut seen = String::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                Event::Text(part) => seen.push_str(part.into_inner().trim()),
                Event::GeneralRef(name) => {
                    let name = name.into_inner();
                    seen.push_str(quick_xml::escape::resolve_predefined_entity(&name).unwrap());
                }
                _ => {}
            }
        }
        assert_eq!(seen, "a<b>&\"'\u{fffd}\u{fffd}\u{fffd}ü");
    }

    #[test]
    fn an_element_without_content_closes_itself() {
        let document = Element::new("a")
            .child(Element::new("b"))
            .document()
            .unwrap();
        let text = String::from_utf8(document).unwrap();
        assert!(
            text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"),
            "{text}"
        );
        assert!(text.contains("<b/>"), "{text}");
    }
}
