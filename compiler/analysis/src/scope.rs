//! Which names are seen where: the modules of a project, what they declare, and what each file imports.

use crate::db::SourceFile;
use crate::items::ItemId;
use std::collections::{BTreeMap, BTreeSet};

/// What a declaration says to the rest of the project before anything of it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its name, or the path of a `policy` or `import`.
    pub(crate) name: String,
}

/// Kinds of declarations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Policy,
    Import,
    Source,
    Enum,
    Record,
    Parameter,
    Table,
    Scale,
    Calendar,
    Define,
    Decision,
    Test,
    Property,
    NotCoded,
    Broken,
}

impl Kind {
    /// Whether it can be referred to by its name.
    pub(crate) fn is_named(self) -> bool {
        !matches!(self, Kind::Policy | Kind::Import | Kind::Test | Kind::Property | Kind::NotCoded | Kind::Broken)
    }

    /// What a reader calls it, with its article.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Kind::Policy => "a policy",
            Kind::Import => "an import",
            Kind::Source => "a source",
            Kind::Enum => "an enum",
            Kind::Record => "a record",
            Kind::Parameter => "a parameter",
            Kind::Table => "a table",
            Kind::Scale => "a scale",
            Kind::Calendar => "a calendar",
            Kind::Define => "a function",
            Kind::Decision => "a decision",
            Kind::Test => "a test",
            Kind::Property => "a property",
            Kind::NotCoded => "a note",
            Kind::Broken => "a broken declaration",
        }
    }
}

/// A file with its declarations in order.
pub(crate) struct FileOutline {
    /// The file.
    pub(crate) file: SourceFile,
    /// Its declarations.
    pub(crate) items: Vec<(ItemId, Declared)>,
}

/// The modules of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Modules {
    /// By path: names with their declarations in order.
    names: BTreeMap<String, BTreeMap<String, Vec<ItemId>>>,
    /// The module of each file.
    files: BTreeMap<SourceFile, String>,
    /// What each file imports.
    imports: BTreeMap<SourceFile, Vec<String>>,
    /// Everything that is declared under a name, in the order of files and places.
    order: Vec<ItemId>,
}

impl Modules {
    /// Puts files together. `library` files of a module that the project itself declares are left out.
    pub(crate) fn new(own: Vec<FileOutline>, library: Vec<FileOutline>) -> Self {
        let mut modules = Modules::default();
        own.into_iter().for_each(|file| modules.add(file));
        let declared: BTreeSet<String> = modules.names.keys().cloned().collect();
        let wanted = |file: &FileOutline| !declared.contains(&path_of(file));
        let library: Vec<FileOutline> = library.into_iter().filter(wanted).collect();
        library.into_iter().for_each(|file| modules.add(file));
        modules
    }

    fn add(&mut self, file: FileOutline) {
        let path = path_of(&file);
        let module = self.names.entry(path.clone()).or_default();
        for (id, declared) in file.items {
            if declared.kind == Kind::Import {
                self.imports.entry(file.file).or_default().push(declared.name);
            } else if declared.kind.is_named() {
                module.entry(declared.name).or_default().push(id.clone());
                self.order.push(id);
            }
        }
        self.files.insert(file.file, path);
    }

    /// The module of a file.
    pub(crate) fn module(&self, file: SourceFile) -> &str {
        self.files.get(&file).map_or("", String::as_str)
    }

    /// Whether there is a module of this path.
    pub(crate) fn contains(&self, path: &str) -> bool {
        self.names.contains_key(path)
    }

    /// The paths of all modules.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// The modules that a file imports.
    fn imports(&self, file: SourceFile) -> impl Iterator<Item = &str> {
        self.imports.get(&file).into_iter().flatten().map(String::as_str)
    }

    /// The modules that a file sees: its own first.
    fn seen(&self, file: SourceFile) -> Vec<&BTreeMap<String, Vec<ItemId>>> {
        let own = self.module(file);
        let imported = self.imports(file).filter(|path| *path != own);
        let mut paths: Vec<&str> = std::iter::once(own).chain(imported).collect();
        let mut known = BTreeSet::new();
        paths.retain(|path| known.insert(*path));
        paths.into_iter().filter_map(|path| self.names.get(path)).collect()
    }

    /// What a name may mean in a file: the first declaration of each module that has it. A module's second one is a finding of its own.
    pub(crate) fn resolve(&self, file: SourceFile, name: &str) -> Vec<ItemId> {
        self.seen(file).into_iter().filter_map(|names| names.get(name)?.first().cloned()).collect()
    }

    /// Every name that a file sees.
    pub(crate) fn visible(&self, file: SourceFile) -> Vec<(String, ItemId)> {
        let first = |(name, ids): (&String, &Vec<ItemId>)| Some((name.clone(), ids.first()?.clone()));
        self.seen(file).into_iter().flat_map(|names| names.iter().filter_map(first)).collect()
    }

    /// Declarations of one name in one module, where there are several.
    pub(crate) fn twins(&self) -> impl Iterator<Item = (&str, &[ItemId])> {
        self.names
            .values()
            .flatten()
            .filter(|(_, ids)| ids.len() > 1)
            .map(|(name, ids)| (name.as_str(), ids.as_slice()))
    }

    /// Named declarations of the files and of whatever modules they import, through any number of others; in the order of the project.
    pub(crate) fn reachable(&self, own: &[SourceFile]) -> Vec<ItemId> {
        let mut members: BTreeMap<&str, Vec<SourceFile>> = BTreeMap::new();
        for (file, path) in &self.files {
            members.entry(path).or_default().push(*file);
        }
        let mut reached: BTreeSet<SourceFile> = own.iter().copied().collect();
        let mut open: Vec<SourceFile> = own.to_vec();
        while let Some(file) = open.pop() {
            let imported = self.imports(file).filter_map(|path| members.get(path)).flatten();
            open.extend(imported.filter(|other| reached.insert(**other)));
        }
        self.order.iter().filter(|id| reached.contains(&id.file)).cloned().collect()
    }
}

/// The path of a file's module; a file without one is alone in a module without a name.
fn path_of(file: &FileOutline) -> String {
    let policy = file.items.iter().find(|(_, declared)| declared.kind == Kind::Policy);
    policy.map_or_else(|| format!("#{:?}", file.file), |(_, declared)| declared.name.clone())
}
