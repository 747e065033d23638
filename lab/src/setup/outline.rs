//! Rust sources as outlines: all that says what there is and of which type, and nothing of how it works.
//!
//! The kernel keeps every source in memory that a cell's types may come from, read into trees. To infer types it needs
//! signatures, and no more: an outline has `{}` for the bodies of functions, and no comments. What it cannot be sure of
//! stays as it is, and so do functions that may be called for the length of an array: a type without its length looks
//! known to the kernel, and then no later cell compiles.

use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::Result;

use super::files;

/// Counts up when an outline of the same source is another one.
pub const EDITION: u32 = 4;
const NO_BODY: &str = "{}";

/// Whether documentation stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Docs {
    /// It is shown to learners.
    Keep,
    /// It is dropped, like other comments.
    Drop,
}

/// Writes outlines of a crate's own sources, and its manifest, to `to`.
///
/// # Errors
/// When something cannot be read or written.
pub fn of_crate(from: &Path, to: &Path, docs: Docs) -> Result<()> {
    let is_of_crate = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !["tests", "benches", "examples", "target"].contains(&&*name) && !name.starts_with('.')
    };
    of_folder(from, to, docs, &is_of_crate)
}

/// Writes outlines of the Rust sources in `from` that are wanted to `to`.
///
/// # Errors
/// When something cannot be read or written.
pub fn of_folder(from: &Path, to: &Path, docs: Docs, wanted: &dyn Fn(&Path) -> bool) -> Result<()> {
    files::create(to)?;
    for (path, is_folder) in files::entries(from)? {
        let target = to.join(path.file_name().unwrap_or_default());
        if !wanted(&path) {
        } else if is_folder {
            of_folder(&path, &target, docs, wanted)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            fs::write(target, of(&String::from_utf8_lossy(&fs::read(&path)?), docs))?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

/// The outline of a source; a source that is not understood is its own.
pub fn of(source: &str, docs: Docs) -> String {
    let tokens = tokens(source);
    let Some(closing) = closing(&tokens) else { return source.to_owned() };
    let mut outline = Outline { source, tokens: &tokens, closing: &closing, docs, text: String::new() };
    outline.items(0..tokens.len());
    outline.text
}

/// What a token is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Comment,
    Doc,
    Word,
    Literal,
    Open,
    Close,
    Other,
}

#[derive(Debug, Clone)]
struct Token {
    kind: Kind,
    at: Range<usize>,
}

struct Outline<'a> {
    source: &'a str,
    tokens: &'a [Token],
    /// For each opening bracket the index of its closing one.
    closing: &'a [usize],
    docs: Docs,
    text: String,
}

impl Outline<'_> {
    fn text_of(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| &self.source[token.at.clone()])
    }

    /// The index of the next token after `index` that is no space and no comment.
    fn after(&self, index: usize) -> usize {
        let is_nothing = |token: &Token| matches!(token.kind, Kind::Space | Kind::Comment | Kind::Doc);
        index + 1 + self.tokens.iter().skip(index + 1).take_while(|token| is_nothing(token)).count()
    }

    /// Writes what stands there, without comments.
    fn plain(&mut self, range: Range<usize>) {
        for index in range {
            let token = &self.tokens[index];
            let source = &self.source[token.at.clone()];
            match token.kind {
                Kind::Doc if self.docs == Docs::Keep => self.text.push_str(source),
                Kind::Space | Kind::Comment | Kind::Doc if self.text.ends_with([' ', '\n']) => {}
                Kind::Space if source.contains('\n') => self.text.push('\n'),
                Kind::Space | Kind::Comment | Kind::Doc => self.text.push(' '),
                _ => self.text.push_str(source),
            }
        }
    }

    /// Writes items, with outlines of functions.
    fn items(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let next = match self.text_of(at) {
                "macro_rules" => self.macro_rules(at),
                "fn" => self.function(at, range.end),
                "#" if self.docs == Docs::Drop => self.doc_attribute(at),
                _ if self.tokens[at].kind == Kind::Word => self.macro_call(at),
                _ if self.tokens[at].kind == Kind::Open => {
                    self.plain(at..at + 1);
                    self.items(at + 1..self.closing[at]);
                    Some(self.closing[at])
                }
                _ => None,
            };
            at = next.unwrap_or_else(|| {
                self.plain(at..at + 1);
                at + 1
            });
        }
    }

    /// The rules of a macro: what they match stays, what they write are items.
    fn macro_rules(&mut self, at: usize) -> Option<usize> {
        let name = self.after(self.after(at));
        let open = self.after(name);
        let is_rules = self.text_of(self.after(at)) == "!" && self.tokens.get(open)?.kind == Kind::Open;
        let end = is_rules.then(|| self.closing[open])?;
        self.plain(at..open + 1);
        let (mut index, mut writes) = (open + 1, false);
        while index < end {
            let is_group = self.tokens[index].kind == Kind::Open;
            if is_group && writes {
                self.plain(index..index + 1);
                self.items(index + 1..self.closing[index]);
                index = self.closing[index];
                writes = false;
            } else if is_group {
                self.plain(index..self.closing[index]);
                index = self.closing[index];
                writes = true;
            }
            self.plain(index..index + 1);
            index += 1;
        }
        Some(end)
    }

    /// A function: its body goes, unless its type says nothing without it.
    fn function(&mut self, at: usize, end: usize) -> Option<usize> {
        let name = self.after(at);
        if self.tokens.get(name).is_none_or(|token| token.kind != Kind::Word && self.text_of(name) != "$") {
            return None;
        }
        if self.is_const(at) {
            return None;
        }
        let (mut index, mut before, mut returns, mut bounds) = (name, name, false, false);
        while index < end {
            match self.text_of(index) {
                // The value of a const generic stands in braces too, and a name that a macro makes.
                "{" if self.text_of(before) == "," && bounds
                    || !["<", ",", "$"].contains(&self.text_of(before)) =>
                {
                    self.plain(at..index);
                    self.text.push_str(NO_BODY);
                    return Some(self.closing[index] + 1);
                }
                ">" if self.text_of(before) == "-" => returns = true,
                "where" => bounds = true,
                // A macro's input is no body.
                "!" if self.tokens[before].kind == Kind::Word => return None,
                // The type is in the body.
                "impl" if returns => return None,
                // There is no body, or this is no signature.
                ";" | "#" | "pub" | "let" | "struct" | "enum" | "mod" | "use" | "}" | "=>" => return None,
                // A macro is given the body.
                "$" if self.text_of(self.after(index)).contains("body") => return None,
                _ if self.tokens[index].kind == Kind::Open => index = self.closing[index],
                _ => {}
            }
            before = index;
            index = self.after(index);
        }
        None
    }

    /// Whether the function whose `fn` stands there may be called for a length.
    fn is_const(&self, at: usize) -> bool {
        let before =
            (0..at).rev().filter(|index| !matches!(self.tokens[*index].kind, Kind::Space | Kind::Comment));
        let mut qualifiers = before.map(|index| self.text_of(index)).take_while(|text| {
            ["const", "async", "unsafe", "safe", "extern"].contains(text) || text.starts_with('"')
        });
        qualifiers.any(|text| text == "const")
    }

    /// `#[doc = …]`, where no macro repeats it.
    fn doc_attribute(&mut self, at: usize) -> Option<usize> {
        let open = self.after(at);
        let open = if self.text_of(open) == "!" { self.after(open) } else { open };
        let is_doc = self.text_of(open) == "[" && self.text_of(self.after(open)) == "doc";
        let equals = self.text_of(self.after(self.after(open))) == "=";
        (is_doc && equals && !self.text.trim_end().ends_with('(')).then(|| self.closing[open] + 1)
    }

    /// A macro's input may mean anything, so it stays; except that of those which choose among items.
    fn macro_call(&mut self, at: usize) -> Option<usize> {
        let bang = self.after(at);
        let open = self.after(bang);
        let is_call = self.text_of(bang) == "!" && self.tokens.get(open)?.kind == Kind::Open;
        if !is_call {
            return None;
        } else if self.text_of(at).starts_with("cfg_") {
            self.plain(at..open + 1);
            self.items(open + 1..self.closing[open]);
        } else {
            self.plain(at..self.closing[open]);
        }
        Some(self.closing[open])
    }
}

/// For each opening bracket the index of its closing one; none when they do not fit.
fn closing(tokens: &[Token]) -> Option<Vec<usize>> {
    let (mut closing, mut open) = (vec![usize::MAX; tokens.len()], Vec::new());
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => open.push(index),
            Kind::Close => closing[open.pop()?] = index,
            _ => {}
        }
    }
    open.is_empty().then_some(closing)
}

fn tokens(source: &str) -> Vec<Token> {
    let (mut tokens, mut start) = (Vec::new(), 0);
    while let Some(first) = source[start..].chars().next() {
        let (kind, length) = token(&source[start..], first);
        // A lone letter at the end of a torn text.
        let end = (start + length.max(first.len_utf8())).min(source.len());
        tokens.push(Token { kind, at: start..end });
        start = end;
    }
    tokens
}

/// The kind and length of the token that `rest` begins with.
fn token(rest: &str, first: char) -> (Kind, usize) {
    let run = |is_part: &dyn Fn(char) -> bool| rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    match first {
        _ if first.is_whitespace() => (Kind::Space, run(&char::is_whitespace)),
        '/' if rest.starts_with("//") => {
            let is_doc = rest.starts_with("//!") || rest.starts_with("///") && !rest.starts_with("////");
            (if is_doc { Kind::Doc } else { Kind::Comment }, run(&|letter| letter != '\n'))
        }
        '/' if rest.starts_with("/*") => {
            let is_doc = rest.starts_with("/*!") || rest.starts_with("/**") && !rest.starts_with("/**/");
            (if is_doc { Kind::Doc } else { Kind::Comment }, block_comment(rest))
        }
        '"' => (Kind::Literal, 1 + text(&rest[1..])),
        '\'' => letter_or_lifetime(rest),
        _ if is_word(first) => {
            let word = run(&is_word);
            let behind = &rest[word..];
            match &rest[..word] {
                "r" | "br" | "cr" if behind.trim_start_matches('#').starts_with('"') => {
                    (Kind::Literal, word + raw_text(behind))
                }
                "b" | "c" if behind.starts_with('"') => (Kind::Literal, word + 1 + text(&behind[1..])),
                "r" if behind.starts_with('#') => {
                    let name = behind[1..].find(|letter| !is_word(letter)).unwrap_or(behind.len() - 1);
                    (Kind::Word, word + 1 + name)
                }
                _ => (Kind::Word, word),
            }
        }
        '(' | '[' | '{' => (Kind::Open, 1),
        ')' | ']' | '}' => (Kind::Close, 1),
        '=' if rest.starts_with("=>") => (Kind::Other, 2),
        _ => (Kind::Other, first.len_utf8()),
    }
}

/// The length of a text, with its closing quote, behind the opening one.
fn text(behind: &str) -> usize {
    let mut letters = behind.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '"' => return at + 1,
            _ => {}
        }
    }
    behind.len()
}

/// The length of `#"…"#`, with any number of `#`.
fn raw_text(rest: &str) -> usize {
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let end = format!("\"{}", "#".repeat(hashes));
    rest[hashes + 1..].find(&end).map_or(rest.len(), |at| hashes + 1 + at + end.len())
}

fn block_comment(rest: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < rest.len() {
        let (step, change) = match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (2, 1),
            [b'*', b'/', ..] => (2, -1),
            _ => (1, 0),
        };
        at += step;
        depth += change;
        if depth == 0 {
            break;
        }
    }
    at
}

fn letter_or_lifetime(rest: &str) -> (Kind, usize) {
    let mut letters = rest.char_indices().skip(1);
    let first = letters.next();
    let second = letters.next();
    match (first, second) {
        (Some((_, '\\')), Some(_)) => {
            let end = letters.find(|(_, letter)| *letter == '\'').map_or(rest.len(), |(at, _)| at + 1);
            (Kind::Literal, end)
        }
        (_, Some((at, '\''))) => (Kind::Literal, at + 1),
        _ => (Kind::Other, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn becomes(source: &str, outline: &str) {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&of(source, Docs::Drop)), words(outline));
    }

    #[test]
    fn bodies_and_comments_go_and_all_else_stays() {
        becomes(
            "/// What.\npub unsafe fn f<const N: usize>(x: &'static str) -> [u8; { N }] { let a = '}'; b /* { */ } // end",
            "pub unsafe fn f<const N: usize>(x: &'static str) -> [u8; { N }] {}",
        );
        becomes(
            "trait T { fn a(&self); fn b(&self) -> u8 { 1 } const C: u8 = { 2 }; }",
            "trait T { fn a(&self); fn b(&self) -> u8 {} const C: u8 = { 2 }; }",
        );
        becomes(
            "fn a(f: impl Fn()) { f() } type F = fn(u8) -> u8;",
            "fn a(f: impl Fn()) {} type F = fn(u8) -> u8;",
        );
        becomes("#[doc = \"x\"] #[inline] fn f() { r#\"}\"#; b\"\\\"}\"; '\\''; }", "#[inline] fn f() {}");
    }

    #[test]
    fn a_body_is_told_from_other_braces() {
        becomes("fn a<T>() where T: Copy, { 1 } m! { 2 }", "fn a<T>() where T: Copy, {} m! { 2 }");
        becomes("fn a<T>() -> B<T, { 3 }> { 1 }", "fn a<T>() -> B<T, { 3 }> {}");
    }

    #[test]
    fn a_type_or_length_that_only_the_body_says_keeps_it() {
        let whole = "pub const unsafe extern \"C\" fn two() -> usize { 2 }";
        becomes(whole, whole);
        let whole = "fn f() -> impl Iterator<Item = u8> { [1].into_iter() }";
        becomes(whole, whole);
    }

    #[test]
    fn macros_keep_what_they_match_and_what_they_are_given() {
        becomes(
            "macro_rules! m { (fn $n:ident() { $($t:tt)* }) => { fn $n() { $($t)* } }; ($body:block) => { fn f() $body } }",
            "macro_rules! m { (fn $n:ident() { $($t:tt)* }) => { fn $n() {} }; ($body:block) => { fn f() $body } }",
        );
        becomes(
            "macro_rules! c { () => { fn ${concat(a, b)}() -> u8 { 1 } } }",
            "macro_rules! c { () => { fn ${concat(a, b)}() -> u8 {} } }",
        );
        becomes("m! { fn f() { 1 } } cfg_rt! { fn f() { 1 } }", "m! { fn f() { 1 } } cfg_rt! { fn f() {} }");
        becomes(
            "macro_rules! d { () => { $(#[doc = $d])* #[doc = \"x\"] fn f() {} } }",
            "macro_rules! d { () => { $(#[doc = $d])* fn f() {} } }",
        );
    }

    #[test]
    fn docs_stay_where_they_are_to_be_read() {
        assert_eq!(of("/// Why.\n// Not this.\nfn f() { 1 }", Docs::Keep), "/// Why.\nfn f() {}");
    }

    #[test]
    fn a_torn_source_is_its_own_outline_and_nothing_panics() {
        assert_eq!(of("fn f() { (", Docs::Drop), "fn f() { (");
        let source = include_str!("outline.rs");
        for end in (0..source.len()).filter(|end| source.is_char_boundary(*end)).step_by(101) {
            of(&source[..end], Docs::Drop);
        }
    }
}
