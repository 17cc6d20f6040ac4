// A file into the inbox, piece by piece; one of the same name is never overwritten.

const FOLDER = "inbox";
const PIECE = 1 << 20;
const LAST = -1;

export async function upload(contents, file) {
  const path = `${FOLDER}/${await free(contents, file.name)}`;
  for (let start = 0, chunk = 1; ; start += PIECE, chunk += 1) {
    const end = Math.min(start + PIECE, file.size);
    const last = end >= file.size;
    const content = await base64(file.slice(start, end));
    const whole = last && chunk === 1;
    await contents.save(path, { type: "file", format: "base64", name: file.name, content, ...(whole ? {} : { chunk: last ? LAST : chunk }) });
    if (last) return path;
  }
}

async function free(contents, name) {
  const there = new Set((await contents.get(FOLDER)).content.map((each) => each.name));
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let number = 2, tried = name; ; number += 1) {
    if (!there.has(tried)) return tried;
    tried = `${stem} ${number}${ending}`;
  }
}

function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
