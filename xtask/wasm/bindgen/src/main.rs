//! `bindgen PROGRAM.wasm FOLDER`: writes PROGRAM.js and PROGRAM_bg.wasm for a browser into FOLDER.

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [program, folder] = &arguments[..] else {
        eprintln!("usage: bindgen PROGRAM.wasm FOLDER");
        return ExitCode::from(2);
    };
    let made = Bindgen::new()
        .input_path(program)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The program lies beside its JavaScript, which is to find it there.
        .omit_default_module_path(false)
        .web(true)
        .and_then(|bindgen| bindgen.generate(folder));
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bindgen: {program}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
