//! A project: a folder that directly holds rule files, with all rule files and JSON files below it; or a single rule file.

use crate::disk::{self, Entry, Kind};
use crate::host::Failure;
use std::path::{Path, PathBuf};

/// Folders deeper than this below a project are an error rather than a long walk.
const MAX_DEPTH: usize = 32;

/// The texts of a project, by paths relative to it with `/`, sorted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Project {
    /// The folder, as given or found.
    pub(crate) root: PathBuf,
    /// The folder's own name, or that of the single file without its ending.
    pub(crate) name: String,
    /// Rule files.
    pub(crate) sources: Vec<(String, String)>,
    /// JSON files, of which the schemas named by records are used.
    pub(crate) schemas: Vec<(String, String)>,
}

/// Whether a file of this name holds rules.
pub(crate) fn is_rule_file(name: &str) -> bool {
    name.ends_with(".enact") || name.ends_with(".enact.md")
}

/// The projects at or below `path`: itself, if it is a rule file or directly holds rule files, else those below it.
pub(crate) fn find(path: &Path) -> Result<Vec<Project>, Failure> {
    let roots = roots(path)?;
    let mut projects = Vec::new();
    let mut problems = Vec::new();
    for root in roots {
        match load(&root) {
            Ok(project) => projects.push(project),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(projects) } else { Err(Failure::policy(problems.join("\n"))) }
}

/// The one project at or below `path`.
pub(crate) fn find_one(path: &Path) -> Result<Project, Failure> {
    let mut projects = find(path)?;
    match (projects.pop(), projects.as_slice()) {
        (Some(only), []) => Ok(only),
        (last, others) => {
            let names: Vec<String> =
                others.iter().chain(&last).map(|project| project.root.display().to_string()).collect();
            Err(Failure::misused(format!(
                "`{}` holds several projects, name one of them: {}",
                path.display(),
                names.join(", ")
            )))
        }
    }
}

impl Project {
    /// Whether files that are written to a folder would become files of the project. The folder need not exist yet.
    pub(crate) fn holds(&self, folder: &Path) -> Result<bool, String> {
        let (folder, root) = (disk::real_to_be(folder)?, disk::real(&self.root)?);
        let Ok(rest) = folder.strip_prefix(root) else { return Ok(false) };
        Ok(!rest.iter().any(|part| disk::is_left_out(&part.to_string_lossy())))
    }
}

/// Every rule file at or below `path`, for verbs that take files one by one.
pub(crate) fn rule_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    match disk::kind(path) {
        Kind::Nothing => Err(Failure::misused(format!("{}: does not exist", path.display()))),
        Kind::File if is_rule_file(&path.to_string_lossy()) => Ok(vec![path.to_owned()]),
        Kind::File => Err(not_a_rule_file(path)),
        Kind::Folder => {
            let mut files = Vec::new();
            walk(path, 0, &mut |entry| {
                // A link to a file of the project is met under its own name; others are not ours to change.
                if !entry.link && is_rule_file(&entry.name) {
                    files.push(entry.path);
                }
            })
            .map_err(Failure::policy)?;
            if files.is_empty() { Err(no_rules(path)) } else { Ok(files) }
        }
    }
}

fn roots(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    match disk::kind(path) {
        Kind::Nothing => return Err(Failure::misused(format!("{}: does not exist", path.display()))),
        Kind::File if is_rule_file(&path.to_string_lossy()) => return Ok(vec![path.to_owned()]),
        Kind::File => return Err(not_a_rule_file(path)),
        Kind::Folder => {}
    }
    let mut found = Vec::new();
    collect_roots(path, 0, &mut found).map_err(Failure::policy)?;
    if found.is_empty() { Err(no_rules(path)) } else { Ok(found) }
}

fn collect_roots(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = disk::entries(folder)?;
    if entries.iter().any(|entry| !entry.folder && is_rule_file(&entry.name)) {
        found.push(folder.to_owned());
        return Ok(());
    }
    too_deep(folder, depth)?;
    for entry in entries.iter().filter(|entry| entry.folder) {
        collect_roots(&entry.path, depth + 1, found)?;
    }
    Ok(())
}

fn load(root: &Path) -> Result<Project, Vec<String>> {
    if disk::kind(root) == Kind::File {
        return load_single(root);
    }
    let mut project = Project { root: root.to_owned(), name: name_of(root), ..Project::default() };
    let real = disk::real(root).map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    let walked = walk(root, 0, &mut |entry| {
        let list = match entry.name.as_str() {
            name if is_rule_file(name) => &mut project.sources,
            name if name.ends_with(".json") => &mut project.schemas,
            _ => return,
        };
        match read_inside(&entry, &real) {
            Ok(text) => list.push((relative(&entry.path, root), text)),
            Err(problem) => problems.push(problem),
        }
    });
    problems.extend(walked.err());
    if !problems.is_empty() {
        return Err(problems);
    }
    project.sources.sort();
    project.schemas.sort();
    Ok(project)
}

/// A single file is a project of its own; the schemas are looked for in the folders that it names.
fn load_single(file: &Path) -> Result<Project, Vec<String>> {
    let text = disk::read_text(file).map_err(|problem| vec![problem])?;
    let root = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = name.trim_end_matches(".md").trim_end_matches(".enact").to_owned();
    let mut problems = Vec::new();
    let mut schemas = Vec::new();
    let real = disk::real(&root).map_err(|problem| vec![problem])?;
    for folder in crate::outline::schema_folders(&name, &text) {
        let place = root.join(&folder);
        let inside = disk::real(&place).is_ok_and(|found| found.starts_with(&real));
        if !inside || disk::kind(&place) != Kind::Folder {
            continue;
        }
        for entry in disk::entries(&place).map_err(|problem| vec![problem])? {
            if entry.folder || !entry.name.ends_with(".json") {
                continue;
            }
            match read_inside(&entry, &real) {
                Ok(text) => schemas.push((relative(&entry.path, &root), text)),
                Err(problem) => problems.push(problem),
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    schemas.sort();
    Ok(Project { root, name: stem, sources: vec![(name, text)], schemas })
}

fn read_inside(entry: &Entry, real_root: &Path) -> Result<String, String> {
    if entry.link && !disk::real(&entry.path)?.starts_with(real_root) {
        return Err(format!("{}: is a link that leads out of the project", entry.path.display()));
    }
    disk::read_text(&entry.path)
}

/// Every file below a folder, in the order of names. Linked folders are not entered: what is inside the project is met anyway.
fn walk(folder: &Path, depth: usize, visit: &mut dyn FnMut(Entry)) -> Result<(), String> {
    too_deep(folder, depth)?;
    for entry in disk::entries(folder)? {
        if entry.folder {
            walk(&entry.path, depth + 1, visit)?;
        } else if disk::kind(&entry.path) == Kind::File || !entry.link {
            visit(entry);
        }
    }
    Ok(())
}

fn too_deep(folder: &Path, depth: usize) -> Result<(), String> {
    if depth < MAX_DEPTH {
        return Ok(());
    }
    Err(format!("{}: is more than {MAX_DEPTH} folders deep", folder.display()))
}

fn relative(path: &Path, root: &Path) -> String {
    let rest = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = rest
        .components()
        .filter(|part| matches!(part, std::path::Component::Normal(_)))
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

fn name_of(folder: &Path) -> String {
    let real = disk::real(folder).unwrap_or_else(|_| folder.to_owned());
    real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn not_a_rule_file(path: &Path) -> Failure {
    Failure::misused(format!("{}: is not a rule file (`.enact`, `.enact.md`)", path.display()))
}

fn no_rules(path: &Path) -> Failure {
    Failure::misused(format!("{}: holds no rule file (`.enact`, `.enact.md`)", path.display()))
}
