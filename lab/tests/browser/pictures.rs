//! Pictures of a lesson that ran: the whole page, and each figure's cell, in Lab's light and dark themes.

use std::fs;
use std::path::Path;

use super::page::Page;

/// Saves them in `folder`, which is made where needed.
pub fn save(page: &Page, folder: &Path) {
    fs::create_dir_all(folder).expect("the folder for pictures can be made");
    let lesson = page.lesson().trim_end_matches(".ipynb");
    for (name, theme) in [("light", "JupyterLab Light"), ("dark", "JupyterLab Dark")] {
        page.show_in(theme);
        let save = |file: String, picture: Vec<u8>| {
            fs::write(folder.join(file), picture).expect("a picture can be saved");
        };
        save(format!("{lesson}.{name}.png"), page.picture());
        for (index, id) in page.figure_cells() {
            save(format!("{lesson}.{id}.{name}.png"), page.picture_of(index));
        }
    }
}
