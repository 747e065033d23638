// What the page shows of each cell of the notebook `arguments[0]`; of its figures only where `arguments[1]` says so.
// Runs as the body of a function in the page; the types it returns stand in page.rs.
const titleOf = shape => { const title = shape?.querySelector(':scope > title'); return title ? title.textContent : null; };
const inside = (one, other) => one.left >= other.left - 1 && one.right <= other.right + 1
    && one.top >= other.top - 1 && one.bottom <= other.bottom + 1;
const area = shape => { const box = shape.getBoundingClientRect(); return box.width * box.height; };
const drawing = svg => {
    const shapes = [...svg.querySelectorAll('title')].map(title => title.parentElement).filter(shape => shape !== svg);
    const largest = shapes.reduce((best, shape) => best && area(best) >= area(shape) ? best : shape, null);
    let under_pointer = null;
    if (largest) {
        largest.scrollIntoView({ block: 'center', behavior: 'instant' });
        const box = largest.getBoundingClientRect();
        let hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
        while (hit && hit !== svg && titleOf(hit) === null) hit = hit.parentElement;
        under_pointer = hit && hit !== svg ? titleOf(hit) : null;
    }
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim());
    const cut = texts.filter(text => !inside(text.getBoundingClientRect(), frame)).map(text => text.textContent);
    const is_empty = texts.some(text => text.textContent === 'nothing was measured');
    return { is_empty, hovers: shapes.map(titleOf), under_pointer, cut };
};
return [...document.querySelectorAll(arguments[0] + ' .jp-Notebook .jp-Cell')].map((cell, index) => {
    cell.dataset.lesson = index;
    const all = selector => [...cell.querySelectorAll(selector)];
    const error = '[data-mime-type="application/vnd.jupyter.stderr"], [data-mime-type="application/vnd.jupyter.error"]';
    return {
        prompt: cell.querySelector('.jp-InputPrompt')?.textContent ?? '',
        figures: arguments[1] ? all('.jp-OutputArea-output svg').map(drawing) : [],
        errors: all(error).map(output => output.textContent),
        verdict: cell.querySelector('.timelanes-verdict')?.textContent ?? null,
    };
});
