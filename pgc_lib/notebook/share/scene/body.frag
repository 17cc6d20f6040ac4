uniform vec3 fogColor;
uniform float fogFar;
varying vec3 vTint;
varying vec3 vPlace;
varying float vGrown;
varying float vHigh;
varying float vRises;
void main() {
  if (vGrown <= 0.0) discard;
  // What does not rise appears grain by grain.
  if (vRises < 0.5 && vGrown < fract(sin(dot(floor(gl_FragCoord.xy), vec2(12.9898, 78.233))) * 43758.5453)) discard;
  vec3 slope = normalize(cross(dFdx(vPlace), dFdy(vPlace)));
  vec3 eye = normalize(cameraPosition - vPlace);
  if (dot(slope, eye) < 0.0) slope = -slope;
  float night = 1.0 - step(0.35, dot(fogColor, vec3(0.3, 0.6, 0.1)));
  float key = max(dot(slope, normalize(vec3(-0.5, 0.75, 0.62))), 0.0);
  float sky = 0.5 + 0.5 * slope.y;
  float light = mix(0.62, 0.5, night) + 0.16 * sky + mix(0.34, 0.44, night) * key;
  // Near the ground less of the sky is seen.
  light *= mix(1.0, mix(mix(0.82, 0.66, night), 1.0, smoothstep(0.0, 1.5, vHigh)), vRises);
  float edge = pow(1.0 - max(dot(slope, eye), 0.0), 3.0);
  vec3 lit = vTint * light + edge * mix(0.05, 0.10, night) * vec3(0.8, 0.9, 1.0);
  // What grows just now glows a little.
  lit += vTint * (1.0 - vGrown) * 0.35;
  float stand = length(cameraPosition);
  float haze = smoothstep(stand + 0.15 * fogFar, stand + 1.9 * fogFar, distance(cameraPosition, vPlace));
  gl_FragColor = vec4(mix(lit, fogColor, haze * 0.6), 1.0);
}
