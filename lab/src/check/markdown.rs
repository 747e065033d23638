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
    let mut text = String::new();
    for event in Parser::new(source) {
        match event {
            Event::Text(part) | Event::Code(part) => text += &part.to_lowercase(),
            Event::SoftBreak | Event::HardBreak | Event::End(_) => text.push(' '),
            _ => {}
        }
    }
    Header { title: title(source), question: questions(source).into_iter().next(), text }
}

/// Every text in italics that ends with a question mark.
pub fn questions(source: &str) -> Vec<String> {
    let mut questions = Vec::new();
    let mut emphasised: Option<String> = None;
    for event in Parser::new(source) {
        match (event, &mut emphasised) {
            (Event::Start(Tag::Emphasis), _) => emphasised = Some(String::new()),
            (Event::End(TagEnd::Emphasis), _) => {
                questions.extend(emphasised.take().filter(|text| text.trim_end().ends_with('?')));
            }
            (Event::Text(text), Some(part)) => part.push_str(&text),
            (Event::Code(code), Some(part)) => *part += &format!("`{code}`"),
            (Event::SoftBreak | Event::HardBreak, Some(part)) => part.push(' '),
            _ => {}
        }
    }
    questions
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
    let text = text(source);
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

/// What a reader reads, without code blocks and what is folded away in `<details>`.
pub fn text(source: &str) -> String {
    let open = outside_details(source);
    let mut in_code = false;
    let mut read = String::new();
    for event in Parser::new(&open) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) | Event::Code(text) if !in_code => read += &text,
            Event::SoftBreak | Event::HardBreak => read.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::Heading(_) | TagEnd::TableCell) => {
                read.push('\n')
            }
            _ => {}
        }
    }
    read
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

/// A stretch of markdown: all that is in one `<details>`, or between two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// The text of the `<summary>`; `None` outside of `<details>`.
    pub summary: Option<String>,
    /// The fenced code blocks in it: language and code.
    pub code: Vec<(String, String)>,
}

/// The stretches of `source`, in order.
pub fn parts(source: &str) -> Vec<Part> {
    let mut parts = vec![Part::default()];
    let mut in_block = false;
    for event in Parser::new(source) {
        let Some(part) = parts.last_mut() else { break };
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                if html.contains("<details") {
                    parts.push(Part { summary: Some(String::new()), code: Vec::new() });
                }
                if let Some(summary) = parts.last_mut().and_then(|part| part.summary.as_mut()) {
                    *summary += &html;
                }
                if html.contains("</details>") {
                    parts.push(Part::default());
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                in_block = true;
                let language = language.split([',', ' ']).next().unwrap_or("");
                part.code.push((language.to_owned(), String::new()));
            }
            Event::Text(text) if in_block => {
                part.code.last_mut().into_iter().for_each(|(_, code)| code.push_str(&text));
            }
            Event::End(TagEnd::CodeBlock) => in_block = false,
            _ => {}
        }
    }
    parts.iter_mut().filter_map(|part| part.summary.as_mut()).for_each(|html| *html = summary(html));
    parts
}

/// The text between `<summary>` and `</summary>`, without tags.
fn summary(html: &str) -> String {
    let inner = html.split_once("<summary>").and_then(|(_, rest)| rest.split_once("</summary>"));
    let pieces = inner.map_or("", |(inner, _)| inner).split('<');
    pieces
        .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text))
        .collect::<String>()
        .trim()
        .to_owned()
}

/// The first ```rust block inside `<details>`.
pub fn folded_rust(source: &str) -> Option<String> {
    let mut folded =
        parts(source).into_iter().filter(|part| part.summary.is_some()).flat_map(|part| part.code);
    folded.find(|(language, _)| language == "rust").map(|(_, code)| code.trim_end().to_owned())
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
    fn code_is_told_apart_by_the_fold_it_is_in() {
        let source = "```c\na\n```\n<details><summary><b>In Python</b>: so</summary>\n\n```python x\nb\n```\n</details>\n\n```d\nc\n```\n";
        let code = |language: &str, code: &str| vec![(language.to_owned(), code.to_owned())];
        let wanted = [
            Part { summary: None, code: code("c", "a\n") },
            Part { summary: Some("In Python: so".into()), code: code("python", "b\n") },
            Part { summary: None, code: code("d", "c\n") },
        ];
        assert_eq!(parts(source), wanted);
    }

    #[test]
    fn questions_stand_in_italics() {
        let source = "*Why?* Who? *It is so.* You can now answer: *What\ndoes `join` do?*";
        assert_eq!(questions(source), ["Why?", "What does `join` do?"]);
    }

    #[test]
    fn a_header_has_a_title_and_a_question() {
        let read = header("# 01 · One waiter\n\n*How long do\nthey wait?* · 40 minutes\n");
        assert_eq!(read.title.as_deref(), Some("01 · One waiter"));
        assert_eq!(read.question.as_deref(), Some("How long do they wait?"));
        assert!(read.text.contains("40 minutes"));
    }
}
