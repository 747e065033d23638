//! `--fix`: clears outputs, gives ids, closes check cells, writes the links back and next. No other byte of a
//! notebook changes.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::closed;
use super::course::Course;
use super::form::is_id;
use super::lesson::{self, joined};
use super::links::navigation;

/// Mends what can be mended in the notebook at `path`, and says what was.
///
/// # Errors
/// When the file cannot be written; it is then as it was.
pub fn mend(path: &Path, course: &Course) -> Result<Vec<String>> {
    let problem = || format!("{} cannot be mended", path.display());
    let text = std::fs::read_to_string(path).with_context(problem)?;
    let mut json: Value = serde_json::from_str(&text).with_context(problem)?;
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(cells) = json["cells"].as_array_mut().filter(|cells| !cells.is_empty()) else {
        return Ok(Vec::new());
    };
    let outputs = cells.iter_mut().map(clear).filter(|had| *had).count();
    let links = write_links(cells, &navigation(&file, &course.entries()));
    let closed = close_checks(cells, &lesson::number(path));
    let ids = give_ids(cells);
    let counts = [
        (outputs, "cells with outputs cleared"),
        (ids, "ids given"),
        (closed, "check cells closed"),
        (links, "lines of links written"),
    ];
    let mended: Vec<_> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{what}: {count}"))
        .collect();
    if !mended.is_empty() {
        write(path, &written(&json, &text)?).with_context(problem)?;
    }
    Ok(mended)
}

/// Removes what a run left in a code cell; says whether there was anything.
fn clear(cell: &mut Value) -> bool {
    if cell["cell_type"] != "code" {
        return false;
    }
    let had_outputs = cell["outputs"].as_array().is_some_and(|outputs| !outputs.is_empty());
    let had_count = cell["execution_count"].is_number();
    if had_outputs {
        cell["outputs"] = json!([]);
    }
    if had_count {
        cell["execution_count"] = Value::Null;
    }
    had_outputs || had_count
}

/// Folds every check cell away, and lets it begin with the line that says what it is.
fn close_checks(cells: &mut [Value], number: &str) -> usize {
    let starters: Vec<_> = (0..cells.len()).filter(|index| is(&cells[*index], "code", "exercise")).collect();
    let mut closed = 0;
    for (count, starter) in starters.into_iter().enumerate() {
        if let Some(check) = cells.get_mut(starter + 1).filter(|cell| is(cell, "code", "check")) {
            let line = closed::line(&format!("{number}.{}", count + 1));
            let (folded, told) = (fold(check), tell(check, &line));
            closed += usize::from(folded || told);
        }
    }
    closed
}

/// Sets `jupyter.source_hidden`; says whether it was not set.
fn fold(cell: &mut Value) -> bool {
    if cell["metadata"]["jupyter"]["source_hidden"] == true {
        return false;
    }
    if let Some(metadata) = cell["metadata"].as_object_mut() {
        let jupyter = metadata.entry("jupyter").or_insert_with(|| json!({}));
        jupyter["source_hidden"] = json!(true);
        metadata.sort_keys();
    }
    true
}

/// Puts `line` first, in place of an older one that says the same; says whether it was not there.
fn tell(cell: &mut Value, line: &str) -> bool {
    let source = joined(&cell["source"]);
    let first = source.lines().next().unwrap_or("");
    if first == line {
        return false;
    }
    let rest = if first.starts_with(closed::LINE) {
        source[first.len()..].trim_start_matches('\n')
    } else {
        &source
    };
    let new = format!("{line}\n{rest}");
    cell["source"] = json!(new.split_inclusive('\n').collect::<Vec<_>>());
    true
}

fn is(cell: &Value, kind: &str, tag: &str) -> bool {
    let tags = cell["metadata"]["tags"].as_array();
    cell["cell_type"] == kind && tags.is_some_and(|tags| tags.iter().any(|own| own == tag))
}

/// Gives each cell whose id is missing, invalid or taken one that tells where it stood.
fn give_ids(cells: &mut [Value]) -> usize {
    let mut given = 0;
    let taken: HashSet<String> =
        cells.iter().filter_map(|cell| cell["id"].as_str()).map(str::to_owned).collect();
    let mut seen = HashSet::new();
    for (index, cell) in cells.iter_mut().enumerate() {
        let own = cell["id"].as_str().filter(|id| is_id(id) && !seen.contains(*id)).map(str::to_owned);
        let id = own.unwrap_or_else(|| {
            given += 1;
            let names = (0..).map(|n| format!("cell-{:02}{}", index + 1, "x".repeat(n)));
            names.into_iter().find(|name| !taken.contains(name) && !seen.contains(name)).unwrap_or_default()
        });
        if cell["id"] != id.as_str() {
            set_id(cell, &id);
        }
        seen.insert(id);
    }
    given
}

/// Jupyter writes a cell's keys in the order of the alphabet: a new id stands after the type of the cell.
fn set_id(cell: &mut Value, id: &str) {
    let Some(cell) = cell.as_object_mut() else { return };
    if cell.contains_key("id") {
        cell["id"] = json!(id);
        return;
    }
    let old = std::mem::take(cell);
    let mut new = Map::new();
    for (key, value) in old {
        if !new.contains_key("id") && key.as_str() > "id" {
            new.insert("id".into(), json!(id));
        }
        new.insert(key, value);
    }
    new.entry("id").or_insert_with(|| json!(id));
    *cell = new;
}

/// Puts the right line into every navigation cell, and adds those that are not there.
fn write_links(cells: &mut Vec<Value>, line: &str) -> usize {
    let is_nav = |cell: &Value| is(cell, "markdown", "nav");
    let new = || json!({"cell_type": "markdown", "metadata": {"tags": ["nav"]}, "source": [line]});
    let mut written = 0;
    for cell in cells.iter_mut().filter(|cell| is_nav(cell)) {
        if cell["source"] != json!(line) && cell["source"] != json!([line]) {
            cell["source"] = json!([line]);
            written += 1;
        }
    }
    if !cells.get(1).is_some_and(is_nav) {
        cells.insert(1, new());
        written += 1;
    }
    if cells.len() < 3 || !cells.last().is_some_and(is_nav) {
        cells.push(new());
        written += 1;
    }
    written
}

/// The JSON as Jupyter writes it, or with the indentation that the file had.
fn written(json: &Value, before: &str) -> Result<Vec<u8>> {
    let second = before.lines().nth(1).unwrap_or(" ");
    let indent = &second[..second.len() - second.trim_start().len()];
    let indent = if indent.is_empty() { " " } else { indent };
    let mut bytes = Vec::with_capacity(before.len());
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
    json.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Replaces the file as a whole, so that nobody ever sees half of it.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    // A link is followed, so that it stays one.
    let path = path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix(".lesson-").suffix(".part").tempfile_in(folder)?;
    new.write_all(bytes)?;
    new.as_file().set_permissions(std::fs::metadata(&path)?.permissions())?;
    new.as_file().sync_all()?;
    new.persist(&path)?;
    Ok(())
}
