// Everything solid in a scene. Time: `fogNear` is the moment, counted like `born`; what is not born yet has no height.
attribute vec3 tint;
attribute float born;
uniform float fogNear;
uniform float level;
uniform float apart;
uniform float rises;
varying vec3 vTint;
varying vec3 vPlace;
varying float vGrown;
varying float vHigh;
varying float vRises;
void main() {
  float age = clamp(fogNear - (born / 8.0 - 64.0), 0.0, 1.0);
  float grown = age * age * (3.0 - 2.0 * age);
  vec3 local = position;
  local.y *= mix(1.0, grown, rises);
  vec4 place = modelMatrix * vec4(local, 1.0);
  vTint = tint;
  vPlace = place.xyz;
  vGrown = age;
  vRises = rises;
  vHigh = local.y * length(modelMatrix[1].xyz);
  gl_Position = projectionMatrix * viewMatrix * place;
  // Level of detail: pieces that are near are drawn bar by bar (level 1), far ones as blocks (level 2).
  float far = distance(cameraPosition, modelMatrix[3].xyz);
  if ((level > 1.5 && far < apart) || (level > 0.5 && level < 1.5 && far >= apart)) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
