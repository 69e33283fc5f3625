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

    /// Whether it is a parameter, table or scale.
    pub(crate) fn is_figure(self) -> bool {
        matches!(self, Kind::Parameter | Kind::Table | Kind::Scale)
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileOutline {
    /// The file.
    pub(crate) file: SourceFile,
    /// Its declarations.
    pub(crate) items: Vec<(ItemId, Declared)>,
}

impl FileOutline {
    /// The declarations of these kinds.
    pub(crate) fn of_kind(&self, is_meant: impl Fn(Kind) -> bool) -> impl Iterator<Item = &ItemId> {
        self.items.iter().filter(move |(_, declared)| is_meant(declared.kind)).map(|(id, _)| id)
    }
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
    order: Vec<(Kind, ItemId)>,
    /// By path: the files of a module and those that import it.
    seen_from: BTreeMap<String, Vec<SourceFile>>,
    /// The modules of the project that make decisions.
    deciding: BTreeSet<String>,
    /// Names that a module declares twice, by the file of the second declaration.
    twins: BTreeMap<SourceFile, Vec<(ItemId, ItemId)>>,
    /// Decisions that have the name of an earlier one in another module of the project, by the file of the later one.
    rivals: BTreeMap<SourceFile, Vec<(ItemId, ItemId)>>,
}

impl Modules {
    /// Puts files together. `library` files of a module that the project itself declares are left out.
    pub(crate) fn new<'a>(own: &'a [FileOutline], library: &'a [FileOutline]) -> Self {
        let mut modules = Modules::default();
        own.iter().for_each(|file| modules.add(file));
        modules.compare_decisions(own);
        let declared: BTreeSet<String> = modules.names.keys().cloned().collect();
        library.iter().filter(|file| !declared.contains(&path_of(file))).for_each(|file| modules.add(file));
        for (file, path) in &modules.files {
            let imported = modules.imports.get(file).into_iter().flatten().filter(|it| *it != path);
            for seen in std::iter::once(path).chain(imported) {
                let from = modules.seen_from.entry(seen.clone()).or_default();
                if from.last() != Some(file) {
                    from.push(*file);
                }
            }
        }
        modules
    }

    fn add(&mut self, file: &FileOutline) {
        let path = path_of(file);
        let module = self.names.entry(path.clone()).or_default();
        for (id, declared) in &file.items {
            if declared.kind == Kind::Import {
                self.imports.entry(file.file).or_default().push(declared.name.clone());
            } else if declared.kind.is_named() {
                let same = module.entry(declared.name.clone()).or_default();
                if let Some(first) = same.first() {
                    self.twins.entry(file.file).or_default().push((first.clone(), id.clone()));
                }
                same.push(id.clone());
                self.order.push((declared.kind, id.clone()));
            }
        }
        self.files.insert(file.file, path);
    }

    /// Decisions are asked for by their names alone, so the modules of a project do not share one.
    fn compare_decisions(&mut self, own: &[FileOutline]) {
        let mut seen: BTreeMap<&str, &ItemId> = BTreeMap::new();
        let all = own.iter().flat_map(|file| &file.items);
        for (id, declared) in all.filter(|(_, declared)| declared.kind == Kind::Decision) {
            self.deciding.insert(self.module(id.file).to_owned());
            let first = *seen.entry(&declared.name).or_insert(id);
            // Two of one module are twins.
            if self.module(first.file) != self.module(id.file) {
                self.rivals.entry(id.file).or_default().push((first.clone(), id.clone()));
            }
        }
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

    /// Declarations of a file whose name its module has already declared, each after the first.
    pub(crate) fn twins(&self, file: SourceFile) -> &[(ItemId, ItemId)] {
        self.twins.get(&file).map_or(&[], Vec::as_slice)
    }

    /// Decisions of a file whose name another module of the project has already given to one, each after that.
    pub(crate) fn rivals(&self, file: SourceFile) -> &[(ItemId, ItemId)] {
        self.rivals.get(&file).map_or(&[], Vec::as_slice)
    }

    /// The files from which the names of a module are seen: its own, and those that import it.
    pub(crate) fn seen_from(&self, module: &str) -> impl Iterator<Item = SourceFile> {
        self.seen_from.get(module).into_iter().flatten().copied()
    }

    /// Whether a module of the project makes decisions.
    pub(crate) fn decides(&self, module: &str) -> bool {
        self.deciding.contains(module)
    }

    /// The names that a module declares.
    pub(crate) fn exported(&self, module: &str) -> Vec<&str> {
        self.names.get(module).into_iter().flat_map(BTreeMap::keys).map(String::as_str).collect()
    }

    /// Named declarations of the files and of whatever modules they import, through any number of others; in the order of the project.
    pub(crate) fn reachable(&self, own: &[SourceFile]) -> Vec<(Kind, ItemId)> {
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
        self.order.iter().filter(|(_, id)| reached.contains(&id.file)).cloned().collect()
    }
}

/// The path of a file's module; a file without one is alone in a module without a name.
fn path_of(file: &FileOutline) -> String {
    let policy = file.items.iter().find(|(_, declared)| declared.kind == Kind::Policy);
    policy.map_or_else(|| format!("#{:?}", file.file), |(_, declared)| declared.name.clone())
}
