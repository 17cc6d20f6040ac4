// The drawings on the tiles, as lines in a square of 24.

export const GLYPHS = {
  anchor: '<circle cx="12" cy="5" r="2"/><path d="M12 7v13M8 10h8M4 13c0 4.5 3.5 7 8 7s8-2.5 8-7"/>',
  books: '<path d="M5 4h4v16H5zM9 6h4v14H9zM14.2 6.6l3.6-1 3.4 13-3.6 1z"/>',
  branch: '<circle cx="12" cy="5" r="2.4"/><circle cx="6" cy="19" r="2.4"/><circle cx="18" cy="19" r="2.4"/><path d="M12 7.4V12M12 12c0 3-6 1.6-6 4.6M12 12c0 3 6 1.6 6 4.6"/>',
  calendar: '<rect x="4" y="5" width="16" height="15" rx="2"/><path d="M4 10h16M8.5 3v4M15.5 3v4M8 14h3M8 17h6"/>',
  chart: '<path d="M4 4v16h16M8 16v-4M12 16V8M16 16v-6"/>',
  coins: '<ellipse cx="10" cy="7" rx="6" ry="2.8"/><path d="M4 7v5c0 1.5 2.7 2.8 6 2.8s6-1.3 6-2.8V7M8 14.7V17c0 1.5 2.7 2.8 6 2.8s6-1.3 6-2.8v-5c0-1.2-1.7-2.2-4-2.6"/>',
  family: '<circle cx="8" cy="7" r="3"/><circle cx="16.5" cy="8.5" r="2.3"/><path d="M2.8 20c0-4 2.2-6.5 5.2-6.5s5.2 2.5 5.2 6.5M14.5 14c3.6-.9 6.5 1.4 6.7 5.6"/>',
  flask: '<path d="M9 3h6M10 3v6l-5 9c-.8 1.6.2 3 2 3h10c1.8 0 2.8-1.4 2-3l-5-9V3M7.5 15h9"/>',
  heart: '<path d="M12 20C6 15.6 3.5 12.6 3.5 9.2 3.5 6.5 5.5 4.5 8 4.5c1.7 0 3.2.9 4 2.4.8-1.5 2.3-2.4 4-2.4 2.5 0 4.5 2 4.5 4.7 0 3.4-2.5 6.4-8.5 10.8z"/>',
  home: '<path d="M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-6h4v6"/>',
  inbox: '<path d="M4 13l3-8h10l3 8v6H4zM4 13h5c0 2 1.3 3 3 3s3-1 3-3h5"/>',
  list: '<path d="M9 6h11M9 12h11M9 18h11M4 6l1 1 1.8-2M4 12l1 1 1.8-2M4 18l1 1 1.8-2"/>',
  mountain: '<path d="M3 19l6-11 4 7 2.5-4L21 19zM15 6.5a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0"/>',
  note: '<path d="M6 3h9l4 4v14H6zM14.5 3v4.5H19M9 12h7M9 15.5h7M9 8.5h2.5"/>',
  paper: '<path d="M5 4h8c1.5 0 2 .8 2 2v14c0-1.2-.7-2-2-2H5zM15 6h4v14h-4M8 8h4M8 11.5h4"/>',
  report: '<path d="M6 3h12v18H6zM9.5 16v-3M12 16V9M14.5 16v-5M9.5 6.5h5"/>',
  scales: '<path d="M12 4v16M8 20h8M5 7h14M5 7l-3 7c1.8 1.6 4.2 1.6 6 0zM19 7l-3 7c1.8 1.6 4.2 1.6 6 0z"/>',
  search: '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5.5 5.5"/>',
  sprout: '<path d="M12 21v-9M12 12c0-4 2.5-6.5 8-6.5 0 4.5-3 6.5-8 6.5zM12 15c0-3.5-2-5.5-7-5.5 0 3.7 2.5 5.5 7 5.5z"/>',
  star: '<path d="M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z"/>',
};
