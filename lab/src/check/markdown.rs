//! What the checks ask of a markdown cell: its links, its title, its words, the code in it.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

/// What a header says of its lesson.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The text of the `#` line.
    pub title: Option<String>,
    /// The first text in italics that ends with a question mark.
    pub question: Option<String>,
    /// All text, in small letters.
    pub text: String,
}

/// Reads a header cell.
pub fn header(source: &str) -> Header {
    let mut header = Header { title: title(source), ..Header::default() };
    let mut emphasised: Option<String> = None;
    for event in Parser::new(source) {
        match event {
            Event::Start(Tag::Emphasis) => emphasised = Some(String::new()),
            Event::End(TagEnd::Emphasis) => {
                let text = emphasised.take().unwrap_or_default();
                if header.question.is_none() && text.trim_end().ends_with('?') {
                    header.question = Some(text);
                }
            }
            Event::Text(text) | Event::Code(text) => {
                header.text += &text.to_lowercase();
                if let Some(part) = &mut emphasised {
                    part.push_str(&text);
                }
            }
            Event::SoftBreak | Event::HardBreak | Event::End(_) => {
                header.text.push(' ');
                if let Some(part) = &mut emphasised {
                    part.push(' ');
                }
            }
            _ => {}
        }
    }
    header
}

/// The text of the first `#` line.
pub fn title(source: &str) -> Option<String> {
    let mut title: Option<String> = None;
    for event in Parser::new(source) {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => title = Some(String::new()),
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => return title,
            Event::Text(text) | Event::Code(text) => {
                if let Some(title) = &mut title {
                    title.push_str(&text);
                }
            }
            _ => {}
        }
    }
    None
}

/// Where the links and pictures lead, in markdown and in HTML.
pub fn links(source: &str) -> Vec<String> {
    let mut links = Vec::new();
    for event in Parser::new(source) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                links.push(dest_url.to_string())
            }
            Event::Html(html) | Event::InlineHtml(html) => links.extend(html_links(&html)),
            _ => {}
        }
    }
    links
}

fn html_links(html: &str) -> Vec<String> {
    let starts = ["href=\"", "src=\"", "href='", "src='"];
    let found = starts.iter().flat_map(|start| {
        let quote = if start.ends_with('"') { '"' } else { '\'' };
        html.split(start).skip(1).filter_map(move |rest| rest.split_once(quote))
    });
    found.map(|(target, _)| target.to_owned()).collect()
}

/// How many words a reader reads, without code blocks and what is folded away in `<details>`.
pub fn words(source: &str) -> usize {
    let open = outside_details(source);
    let mut in_code = false;
    let mut words = 0;
    for event in Parser::new(&open) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) | Event::Code(text) if !in_code => {
                words += text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
            }
            _ => {}
        }
    }
    words
}

fn outside_details(source: &str) -> String {
    let mut rest = source;
    let mut open = String::new();
    while let Some((before, after)) = rest.split_once("<details") {
        open.push_str(before);
        rest = after.split_once("</details>").map_or("", |(_, rest)| rest);
    }
    open + rest
}

/// The first ```rust block inside `<details>`.
pub fn folded_rust(source: &str) -> Option<String> {
    let mut folded = false;
    let mut code: Option<String> = None;
    for event in Parser::new(source) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                folded = (folded || html.contains("<details")) && !html.contains("</details>");
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) if folded => {
                code = language.split([',', ' ']).next().filter(|l| *l == "rust").map(|_| String::new());
            }
            Event::Text(text) => {
                if let Some(code) = &mut code {
                    code.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) if code.is_some() => {
                return code.map(|code| code.trim_end().to_owned());
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_in_code_is_not_a_link() {
        let source =
            "[a](a.ipynb) `[b](b.ipynb)`\n\n<img src=\"c.png\" alt=\"\">\n\n```\n[d](d.ipynb)\n```\n";
        assert_eq!(links(source), ["a.ipynb", "c.png"]);
    }

    #[test]
    fn words_in_details_and_code_are_not_counted() {
        let source = "One *two* — three.\n\n```rust\nfour five\n```\n<details><summary>six</summary>\n\nseven\n\n</details>\n";
        assert_eq!(words(source), 3);
    }

    #[test]
    fn the_solution_is_the_rust_block_in_details() {
        let source = "<details><summary>Solution</summary>\n\n```rust\nlet a = 1;\n\na\n```\n\n</details>\n";
        assert_eq!(folded_rust(source).as_deref(), Some("let a = 1;\n\na"));
        assert_eq!(folded_rust("```rust\na\n```"), None);
        assert_eq!(folded_rust("<details>\n```rust\na\n```\n</details>"), None);
    }

    #[test]
    fn a_header_has_a_title_and_a_question() {
        let read = header("# 01 · One waiter\n\n*How long do\nthey wait?* · 40 minutes\n");
        assert_eq!(read.title.as_deref(), Some("01 · One waiter"));
        assert_eq!(read.question.as_deref(), Some("How long do they wait?"));
        assert!(read.text.contains("40 minutes"));
    }
}
